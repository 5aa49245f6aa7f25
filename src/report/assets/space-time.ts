/**
 * Space-time diagrams: step through events and messages by arrow keys or buttons, see what led to
 * the one selected, filter, and see bands in their holder's own time. All of that stands in the
 * address, under `<story>.event`, `.machine`, `.kind`, `.job` and `.time`. The script reads the
 * table of each diagram and needs nothing else; without it, diagram and table stand as they are.
 */
export const SPACE_TIME_SCRIPT = `
for (const story of document.querySelectorAll('.story')) {
  const box = /** @type {HTMLElement} */ (story.querySelector('.lanes'));
  const space = /** @type {SVGSVGElement} */ (box.querySelector('.space'));
  /** @type {Record<string, string>} */
  const state = { event: '', machine: '', kind: '', job: '', time: '' };

  /** @type {Map<string, SVGElement[]>} */
  const parts = new Map();
  /** @type {NodeListOf<SVGElement>} */
  const drawn = box.querySelectorAll('[data-id], [data-of]');
  for (const it of drawn) {
    const id = it.dataset.id ?? it.dataset.of ?? '';
    parts.set(id, [...(parts.get(id) ?? []), it]);
  }
  const read = (/** @type {HTMLTableRowElement} */ row, /** @type {number} */ index) => {
    const { row: id = '', at: ends = '', kind, job, after } = row.dataset;
    const numbers = ends.split(' ').map((it) => (it === '' ? NaN : Number(it)));
    const [at = 0, lane = -1, came = at, to = lane] = numbers;
    const cells = [...row.cells].map((cell) => cell.textContent ?? '');
    const machines = (cells[1] ?? '').split(' → ');
    const causes = after?.split(' ') ?? [];
    return { id, index, at, lane, came, to, kind, job, cells, machines, after: causes };
  };
  /** @typedef {ReturnType<typeof read>} Item */
  /** @type {NodeListOf<HTMLTableRowElement>} */
  const rows = story.querySelectorAll('[data-row]');
  const items = [...rows].map(read);
  const byId = new Map(items.map((item) => [item.id, item]));
  const causesOf = (/** @type {Item} */ item) => item.after.flatMap((id) => byId.get(id) ?? []);

  // What one lane told another: messages that came, and causes by messages that are not drawn.
  const tellings = items
    .filter(({ id, came }) => id !== 'verdict' && !Number.isNaN(came))
    .flatMap((item) => (item.kind === undefined
      ? causesOf(item).map(({ lane, at }) => ({ lane, at, to: item.lane, came: item.at }))
      : [item]))
    .filter(({ lane, to }) => lane >= 0 && to >= 0)
    .sort((a, b) => b.came - a.came);

  /** What may have led to an item: on each lane all until a time. */
  const pastOf = (/** @type {Item} */ item) => {
    /** @type {Map<number, number>} */
    const until = new Map();
    const untilOf = (/** @type {number} */ lane) => until.get(lane) ?? -1;
    const extend = (/** @type {number} */ lane, /** @type {number} */ at) => {
      until.set(lane, Math.max(at, untilOf(lane)));
    };
    for (const { lane, at } of causesOf(item)) extend(lane, at);
    if (item.id !== 'verdict') extend(item.lane, item.at);
    // Backwards once is enough: what led to a sending is known before its receipt is looked at.
    for (const { lane, at, to, came } of tellings) if (came <= untilOf(to)) extend(lane, at);
    return items.filter((other) => {
      if (other === item || other.id === 'verdict') return false;
      return other.lane < 0 ? item.after.includes(other.id) : other.came <= untilOf(other.to);
    });
  };

  const isShown = (/** @type {Item} */ { id, kind, job, machines }) =>
    id === 'verdict' ||
    ((state.machine === '' || machines.includes(state.machine ?? '')) &&
      (state.kind === '' || kind === undefined || kind === state.kind) &&
      (state.job === '' || job === state.job));
  const shown = () => items.filter(isShown);

  const controls = document.createElement('div');
  controls.className = 'steps';
  const now = document.createElement('p');
  now.className = 'now';
  now.setAttribute('aria-live', 'polite');
  box.before(controls, now);
  const button = (/** @type {string} */ words, /** @type {number} */ by) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = words;
    made.addEventListener('click', () => move(by));
    controls.append(made);
  };
  /** @type {Map<string, HTMLSelectElement>} */
  const selects = new Map();
  /** @param {string} key @param {string} words @param {string[][]} options */
  const choice = (key, words, options) => {
    const select = document.createElement('select');
    for (const [value, text] of options) select.append(new Option(text ?? '', value));
    select.addEventListener('change', () => {
      state[key] = select.value;
      show();
      remember();
    });
    const label = document.createElement('label');
    label.append(words, select);
    controls.append(label);
    selects.set(key, select);
  };
  const each = (/** @type {(string | undefined)[]} */ values) =>
    [...new Set(values)].flatMap((value) => (value === undefined ? [] : [[value, value]]));
  button('Back', -1);
  button('Next', 1);
  choice('machine', 'Machine', [['', 'all'], ...each(items.flatMap(({ machines }) => machines))]);
  const kinds = each(items.map(({ kind }) => kind)).sort();
  choice('kind', 'Messages', [['', 'all'], ...kinds, ['-', 'none']]);
  choice('job', 'Job', [['', 'all'], ...each(items.map(({ job }) => job))]);
  const clocks = [['mono', 'monotonic clocks'], ['wall', 'wall clocks']].filter(([name]) =>
    box.querySelector('.own.' + name) !== null);
  if (clocks.length > 0) choice('time', 'Also by', [['', 'true time only'], ...clocks]);

  const HINT = 'Focus the diagram and press the arrow keys to step through it, Home and End ' +
    'for its ends, Escape to let go. A click selects, too.';
  const counted = (/** @type {number} */ count, /** @type {string} */ noun) =>
    count + ' ' + noun + (count === 1 ? '' : 's');
  const words = (/** @type {Item} */ item, /** @type {Item[]} */ past) => {
    const [time = '', , what = '', own = ''] = item.cells;
    const start = document.createElement('b');
    start.textContent = time + ' ' + item.machines.join(' → ');
    const messages = past.filter(({ kind }) => kind !== undefined).length;
    const clock = own === '' ? '' : ' (its own clocks: ' + own + ')';
    const led = past.length === 0 ? '' :
      ' Marked: what may have led here, ' + counted(past.length - messages, 'event') + ' and ' +
      counted(messages, 'message') + '.';
    const place = (item.index + 1) + ' of ' + items.length;
    return [start, ': ' + what + clock + '. ' + place + '.' + led];
  };
  const show = () => {
    const item = byId.get(state.event ?? '');
    const past = item === undefined ? [] : pastOf(item);
    const led = new Set(past);
    box.classList.toggle('has-selected', item !== undefined);
    for (const other of items) {
      for (const part of parts.get(other.id) ?? []) {
        part.classList.toggle('past', led.has(other));
        part.classList.toggle('direct', item?.after.includes(other.id) ?? false);
        part.classList.toggle('selected', other === item);
        part.classList.toggle('filtered', !isShown(other));
      }
    }
    for (const name of ['mono', 'wall']) box.classList.toggle('by-' + name, state.time === name);
    for (const [key, select] of selects) select.value = state[key] ?? '';
    now.replaceChildren(...(item === undefined ? [HINT] : words(item, past)));
  };

  /** Scrolls the box alone: the page stays where the reader has it. */
  const bring = () => {
    const part = parts.get(state.event ?? '')?.[0];
    if (part === undefined) return;
    const here = box.getBoundingClientRect();
    const mark = (part.querySelector('circle') ?? part).getBoundingClientRect();
    const middle = mark.top + mark.height / 2 - here.top;
    if (middle > 90 && middle < here.height - 40) return;
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    box.scrollBy({ top: middle - here.height / 2, behavior: isStill ? 'instant' : 'smooth' });
  };
  const select = (/** @type {string | undefined} */ id) => {
    state.event = id ?? '';
    show();
    bring();
    remember();
  };
  const move = (/** @type {number} */ by) => {
    const all = shown();
    const at = all.findIndex(({ id }) => id === state.event);
    const next = at === -1 ? (by > 0 ? 0 : all.length - 1) : at + by;
    select(all[Math.min(Math.max(next, 0), all.length - 1)]?.id);
  };
  /** @type {Record<string, () => void>} */
  const KEYS = {
    ArrowDown: () => move(1),
    ArrowRight: () => move(1),
    ArrowUp: () => move(-1),
    ArrowLeft: () => move(-1),
    PageDown: () => move(10),
    PageUp: () => move(-10),
    Home: () => select(shown().at(0)?.id),
    End: () => select(shown().at(-1)?.id),
    Escape: () => select(undefined),
  };
  box.addEventListener('keydown', (event) => {
    const act = KEYS[event.key];
    if (act === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });

  /** Lines are thin: a click takes the nearest one within reach. */
  const nearest = (/** @type {number} */ x, /** @type {number} */ y) => {
    let reach = 8;
    let id;
    for (const it of space.querySelectorAll('.messages line:not(.filtered)')) {
      const line = /** @type {SVGLineElement} */ (it);
      const [x1, y1] = [line.x1.baseVal.value, line.y1.baseVal.value];
      const [dx, dy] = [line.x2.baseVal.value - x1, line.y2.baseVal.value - y1];
      const along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1);
      const share = Math.min(1, Math.max(0, along));
      const far = Math.hypot(x - x1 - share * dx, y - y1 - share * dy);
      if (far >= reach) continue;
      reach = far;
      id = line.dataset.id;
    }
    return id;
  };
  space.addEventListener('click', (event) => {
    const here = space.getBoundingClientRect();
    const hit = /** @type {Element} */ (event.target).closest('[data-id]');
    const [x, y] = [event.clientX - here.left, event.clientY - here.top];
    const id = hit?.getAttribute('data-id') ?? nearest(x, y);
    box.focus({ preventScroll: true });
    if (id !== undefined) select(id);
  });

  const remember = () => {
    pageState.go(story.id);
    for (const [key, value] of Object.entries(state)) pageState.set(story.id + '.' + key, value);
  };
  pageState.onChange(() => {
    for (const key of Object.keys(state)) state[key] = pageState.get(story.id + '.' + key);
    for (const [key, { options }] of selects) {
      if (![...options].some(({ value }) => value === state[key])) state[key] = '';
    }
    show();
    bring();
  });
  show();
}
`;
