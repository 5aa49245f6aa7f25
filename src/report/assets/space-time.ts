/**
 * The script of space-time diagrams: steps through events and messages by arrow keys or buttons,
 * shows what led to the one selected, filters, moves bands to their holder's own time, and keeps
 * all of that in the address. It reads the table of each diagram and needs nothing else; without it
 * diagram and table stand as they are.
 */
export const SPACE_TIME_SCRIPT = `
for (const story of document.querySelectorAll('.story')) {
  const box = story.querySelector('.lanes');
  const space = box.querySelector('.space');
  const make = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const parts = new Map();
  for (const part of box.querySelectorAll('[data-id]')) parts.set(part.dataset.id, [part]);
  for (const part of box.querySelectorAll('[data-of]')) parts.get(part.dataset.of)?.push(part);
  const rows = [...story.querySelectorAll('[data-row]')].map((row, index) => {
    const numbers = row.dataset.at.split(' ').map((text) => (text === '' ? undefined : +text));
    const kind = row.dataset.kind;
    const [at, lane] = numbers;
    const to = kind === undefined ? lane : numbers[3];
    const received = kind === undefined ? at : numbers[2];
    const cells = [...row.cells].map((cell) => cell.textContent);
    const after = row.dataset.after?.split(' ') ?? [];
    const id = row.dataset.row;
    return { id, index, row, kind, job: row.dataset.job, at, lane, to, received, cells, after };
  });
  const byId = new Map(rows.map((item) => [item.id, item]));
  const edges = rows
    .flatMap((item) => {
      if (item.kind !== undefined) return item.received === undefined ? [] : [item];
      return item.after.map((id) => byId.get(id)).filter(Boolean).map((cause) => (
        { lane: cause.lane, at: cause.at, to: item.lane, received: item.at, verdict: item.id === 'verdict' }
      ));
    })
    .filter((edge) => edge.lane >= 0 && edge.to >= 0 && !edge.verdict)
    .sort((a, b) => b.received - a.received);

  /* What may have led to an item: for each lane the time until which it counts. */
  const pastOf = (item) => {
    const until = new Map();
    const extend = (lane, at) => until.set(lane, Math.max(at, until.get(lane) ?? -1));
    const direct = item.after.map((id) => byId.get(id)).filter(Boolean);
    for (const cause of direct) extend(cause.lane, cause.at);
    if (item.id !== 'verdict') extend(item.lane, item.at);
    for (const edge of edges) {
      if (edge.received <= (until.get(edge.to) ?? -1)) extend(edge.lane, edge.at);
    }
    return rows.filter((other) => {
      if (other === item || other.id === 'verdict') return false;
      if (other.lane < 0) return direct.includes(other);
      const limit = until.get(other.to) ?? -1;
      return other.received !== undefined && other.received <= limit;
    });
  };

  const state = { event: '', machine: '', kind: '', job: '', time: '' };
  const now = make('p', { className: 'now' });
  now.setAttribute('aria-live', 'polite');
  const hint = 'Select the diagram and press the arrow keys to step through it, Home and End for its ends, Escape to let go.';
  const names = [...new Set(rows.flatMap(({ cells }) => cells[1].split(' → ')))];
  const kinds = [...new Set(rows.flatMap(({ kind }) => kind ?? []))].sort();
  const jobs = [...new Set(rows.flatMap(({ job }) => job ?? []))];
  const isShown = (item) =>
    item.id === 'verdict' ||
    ((state.machine === '' || item.cells[1].split(' → ').includes(state.machine)) &&
      (state.kind === '' || item.kind === undefined || item.kind === state.kind) &&
      (state.job === '' || item.job === state.job));

  const choice = (key, label, options) => {
    const select = make('select', {}, ...options.map(([value, text]) => make('option', { value, textContent: text })));
    select.addEventListener('change', () => { state[key] = select.value; show(true); });
    controls.append(make('label', {}, label, select));
    return [key, select];
  };
  const step = (text, by) => {
    const button = make('button', { type: 'button', textContent: text });
    button.addEventListener('click', () => move(by));
    controls.append(button);
  };
  const controls = make('div', { className: 'steps' });
  step('Back', -1);
  step('Next', 1);
  const all = (text, values) => [['', text], ...values.map((value) => [value, value])];
  const selects = [
    choice('machine', 'Machine', all('all', names)),
    choice('kind', 'Messages', [...all('all', kinds), ['-', 'none']]),
    choice('job', 'Job', all('all', jobs)),
  ];
  const has = (name) => box.querySelector('[data-' + name + ']') !== null;
  const clocks = [['mono', 'their monotonic clocks'], ['wall', 'their wall clocks']].filter(([name]) => has(name));
  if (clocks.length > 0) selects.push(choice('time', 'Bands by', [['', 'true time'], ...clocks]));
  box.before(controls, now);
  const bands = [...box.querySelectorAll('.band')].map((band) => (
    { band, y: band.getAttribute('y'), height: band.getAttribute('height') }
  ));

  const show = (isMove) => {
    const item = byId.get(state.event);
    const past = new Set(item === undefined ? [] : pastOf(item).map(({ id }) => id));
    box.classList.toggle('has-selected', item !== undefined);
    for (const other of rows) {
      for (const part of parts.get(other.id) ?? []) {
        part.classList.toggle('past', past.has(other.id));
        part.classList.toggle('selected', other === item);
        part.classList.toggle('filtered', !isShown(other));
      }
    }
    for (const { band, y, height } of bands) {
      const own = state.time === '' ? undefined : band.dataset[state.time];
      band.classList.toggle('own', own !== undefined);
      const [top, length] = own?.split(' ') ?? [y, height];
      band.setAttribute('y', top);
      band.setAttribute('height', length);
    }
    for (const [key, select] of selects) select.value = state[key];
    now.replaceChildren(...(item === undefined ? [hint] : words(item, past)));
    if (isMove) remember();
  };

  const words = (item, past) => {
    const { cells, kind, index } = item;
    const own = cells[3] === '' ? '' : ' (' + cells[3] + ')';
    const messages = [...past].filter((id) => byId.get(id).kind !== undefined).length;
    const led = past.size === 0 ? '' :
      ' What may have led here: ' + (past.size - messages) + ' events and ' + messages + ' messages.';
    const what = kind === undefined ? '' : 'message ';
    return [
      make('b', { textContent: cells[0] + ' ' + cells[1] }),
      ': ' + what + cells[2] + own + '. ' + (index + 1) + ' of ' + rows.length + '.' + led,
    ];
  };

  const select = (id) => {
    state.event = id;
    show(true);
    const part = parts.get(id)?.[0];
    if (part !== undefined) bring(part);
  };
  /* Scrolls the box alone: the page stays where the reader has it. */
  const bring = (part) => {
    const here = box.getBoundingClientRect();
    const mark = (part.querySelector('circle') ?? part).getBoundingClientRect();
    const middle = mark.top + mark.height / 2 - here.top;
    if (middle > 90 && middle < here.height - 40) return;
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    box.scrollBy({ top: middle - here.height / 2, behavior: isStill ? 'auto' : 'smooth' });
  };
  const move = (by) => {
    const shown = rows.filter(isShown);
    const at = shown.findIndex(({ id }) => id === state.event);
    const next = at === -1 ? (by > 0 ? 0 : shown.length - 1) : Math.min(Math.max(at + by, 0), shown.length - 1);
    if (shown[next] !== undefined) select(shown[next].id);
  };
  const KEYS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: 10, PageUp: -10 };
  box.addEventListener('keydown', (pressed) => {
    if (pressed.altKey || pressed.ctrlKey || pressed.metaKey) return;
    const shown = rows.filter(isShown);
    if (pressed.key in KEYS) move(KEYS[pressed.key]);
    else if (pressed.key === 'Home') select(shown[0].id);
    else if (pressed.key === 'End') select(shown[shown.length - 1].id);
    else if (pressed.key === 'Escape') { state.event = ''; show(true); }
    else return;
    pressed.preventDefault();
    pressed.stopPropagation();
  });

  /* Lines are thin: a click takes the nearest one within reach. */
  const REACH = 8;
  const nearest = (x, y) => {
    let best;
    for (const line of space.querySelectorAll('.messages line:not(.filtered)')) {
      const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((name) => line[name].baseVal.value);
      const dx = x2 - x1;
      const dy = y2 - y1;
      const length = dx * dx + dy * dy;
      const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / length));
      const far = Math.hypot(x - x1 - share * dx, y - y1 - share * dy);
      if (far <= (best?.far ?? REACH)) best = { id: line.dataset.id, far };
    }
    return best?.id;
  };
  space.addEventListener('click', (click) => {
    const here = space.getBoundingClientRect();
    const id = click.target.closest('[data-id]')?.dataset.id ?? nearest(click.clientX - here.left, click.clientY - here.top);
    if (id !== undefined) select(id);
    box.focus({ preventScroll: true });
  });

  const remember = () => {
    const said = Object.entries(state).filter(([, value]) => value !== '');
    const hash = [story.id, ...said.map(([key, value]) => key + '=' + encodeURIComponent(value))].join('&');
    history.replaceState(history.state, '', '#' + hash);
  };
  const recall = () => {
    const [id, ...said] = location.hash.slice(1).split('&');
    if (id !== story.id) return;
    for (const key of Object.keys(state)) state[key] = '';
    for (const word of said) {
      const at = word.indexOf('=');
      const key = word.slice(0, at);
      if (!(key in state)) continue;
      try { state[key] = decodeURIComponent(word.slice(at + 1)); } catch { state[key] = ''; }
    }
    for (const [key, select] of selects) {
      if (![...select.options].some(({ value }) => value === state[key])) state[key] = '';
    }
    if (!byId.has(state.event)) state.event = '';
    show(false);
    story.scrollIntoView({ block: 'start' });
    const part = parts.get(state.event)?.[0];
    if (part !== undefined) {
      box.scrollIntoView({ block: 'nearest' });
      bring(part);
    }
  };
  addEventListener('hashchange', recall);
  show(false);
  recall();
}
`;
