/**
 * What the page can do with scripts on. Everything that it says is there without them; they add
 * filters, sorting, downloads, keys and an address for every state.
 *
 *   script.ts     what is chosen, kept in the page's address (this file)
 *   figures.ts    copy a command, save a chart as SVG or CSV, remember which tables are open
 *   choices.ts    filter and sort rows, show one design
 *   space-time.ts step through diagrams of broken runs; their style is beside it
 *   keys.ts       move by keyboard, the help dialog, one cursor over all charts of time
 *
 * A script is plain JavaScript in a text, because the same bytes must be served from a checkout and
 * from a package, whatever compiled it. So that the text is what is written here, it has neither
 * backslashes nor template literals; `test/report/assets.test.ts` has the TypeScript compiler check
 * it against the types of a browser. `page.ts` joins all of them in one element: each is a block of
 * its own, and only {@link STATE_SCRIPT} leaves a name behind, `pageState`, for the others:
 *
 *   pageState.get(key)            the value of a key, '' when it has none
 *   pageState.set(key, value)     changes it and the address; '' removes it
 *   pageState.go(id)              names the element that the address points to
 *   pageState.onChange(apply)     `apply` is called at the start and whenever the address changes
 *
 * A key belongs to one script, as in `sort.claims` or `step.<figure>`.
 */
export const STATE_SCRIPT = `
const pageState = (() => {
  /** @type {(() => void)[]} */
  const listeners = [];
  let anchor = '';
  /** @type {Map<string, string>} */
  let values = new Map();
  const read = () => {
    const [name = '', query] = location.hash.slice(1).split('?');
    anchor = name;
    if (query !== undefined) values = new Map(new URLSearchParams(query));
  };
  const write = () => {
    const query = new URLSearchParams([...values].sort()).toString();
    const hash = anchor + (query === '' ? '' : '?' + query);
    history.replaceState(null, '', hash === '' ? location.pathname : '#' + hash);
  };
  const apply = () => {
    for (const listener of listeners) listener();
    const place = anchor === '' ? null : document.getElementById(anchor);
    place?.scrollIntoView({ behavior: 'instant' });
  };
  addEventListener('hashchange', () => {
    read();
    // A link to a section names only that: what was chosen before stays.
    write();
    apply();
  });
  addEventListener('DOMContentLoaded', apply);
  read();
  return {
    /** @param {string} key */
    get: (key) => values.get(key) ?? '',
    /** @param {string} key @param {string} value */
    set: (key, value) => {
      if (value === '') values.delete(key);
      else values.set(key, value);
      write();
    },
    /** @param {string} id */
    go: (id) => {
      anchor = id;
      write();
    },
    /** @param {() => void} listener */
    onChange: (listener) => {
      listeners.push(listener);
    },
  };
})();
`;
