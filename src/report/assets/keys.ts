/**
 * Keys: j and k go through sections and figures, / to the filter, ? opens the help, and over any
 * chart of time one cursor shows the same moment in all of them, moved by pointer or by , and .
 */
export const KEYS_SCRIPT = `
{
  const help = /** @type {HTMLDialogElement} */ (document.getElementById('help'));
  document.getElementById('help-button')?.addEventListener('click', () => help.showModal());

  const PLACES = 'main > section, main figure[id], main article[id]';
  const places = [...document.querySelectorAll(PLACES)];
  for (const it of places) {
    if (it.getAttribute('tabindex') === null) it.setAttribute('tabindex', '-1');
  }
  const isShown = (it) => it.getClientRects().length > 0;
  const topOf = (it) => it.getBoundingClientRect().top;
  const here = () => {
    const shown = places.filter(isShown);
    const focused = shown.findLastIndex((it) => it.contains(document.activeElement));
    const index = focused >= 0 ? focused : shown.findLastIndex((it) => topOf(it) < 90);
    return { shown, index };
  };
  /** @param {number} step */
  const move = (step) => {
    const { shown, index } = here();
    const next = shown[Math.min(shown.length - 1, Math.max(0, index + step))];
    if (!next) return;
    pageState.go(next.id);
    next.scrollIntoView({ block: 'start' });
    /** @type {HTMLElement} */ (next).focus({ preventScroll: true });
  };
  const toFilter = () => {
    const { shown, index } = here();
    const section = shown[index]?.closest('section');
    const field = section?.querySelector('input[type=search]')
      ?? document.querySelector('input[type=search]');
    if (!field) return;
    field.scrollIntoView({ block: 'center' });
    /** @type {HTMLInputElement} */ (field).select();
    /** @type {HTMLInputElement} */ (field).focus();
  };

  const charts = [...document.querySelectorAll('svg[data-time]')].map((svg) => {
    const axis = (svg.getAttribute('data-time') ?? '').split(' ').map(Number);
    const [left = 0, right = 0, end = 1] = axis;
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'line');
    line.setAttribute('data-cursor', '');
    line.setAttribute('class', 'cursor');
    line.setAttribute('y1', '0');
    line.setAttribute('y2', svg.getAttribute('height') ?? '0');
    line.setAttribute('visibility', 'hidden');
    svg.append(line);
    return { svg, line, left, right, end };
  });
  const clock = /** @type {HTMLElement} */ (document.getElementById('clock'));
  /** @type {number | undefined} */
  let nowUs;
  /** @param {number | undefined} us */
  const showTime = (us) => {
    nowUs = us;
    for (const { line, left, right, end } of charts) {
      const isIn = us !== undefined && us <= end;
      line.setAttribute('visibility', isIn ? 'visible' : 'hidden');
      if (!isIn) continue;
      const x = String(left + (us / end) * (right - left));
      line.setAttribute('x1', x);
      line.setAttribute('x2', x);
    }
    clock.textContent = us === undefined ? '' : (us / 1e6).toFixed(1) + ' s';
  };
  for (const { svg, left, right, end } of charts) {
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const at = /** @type {PointerEvent} */ (event).clientX - box.left;
      const x = (at / box.width) * Number(svg.getAttribute('width'));
      const share = (x - left) / (right - left);
      showTime(share < 0 || share > 1 ? undefined : share * end);
    });
    svg.addEventListener('pointerleave', () => showTime(undefined));
  }
  const longest = Math.max(1, ...charts.map(({ end }) => end));
  /** @param {number} step */
  const stepTime = (step) => {
    const next = (nowUs ?? 0) + (step * longest) / 100;
    showTime(Math.min(longest, Math.max(0, next)));
  };

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    '/': toFilter,
    '?': () => help.showModal(),
    ',': () => stepTime(-1),
    '.': () => stepTime(1),
  };
  addEventListener('keydown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key === 'Escape' && target.matches?.('input[type=search]')) {
      const field = /** @type {HTMLInputElement} */ (target);
      field.value = '';
      field.dispatchEvent(new Event('input'));
      field.blur();
      return;
    }
    if (event.key === 'Escape') showTime(undefined);
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (target.matches?.('input:not([type=radio], [type=checkbox]), select, textarea')) return;
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
`;
