/**
 * Copies commands, saves charts and diagrams, and remembers which tables are open. A drawing is
 * saved as it is drawn, with its colours written into it; the lines of its CSV are those of its
 * table, so that nothing is in the page twice.
 */
export const FIGURES_SCRIPT = `
{
  /** @param {string} text @param {string} label @param {() => void} act */
  const button = (text, label, act) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = text;
    made.setAttribute('aria-label', label);
    made.addEventListener('click', act);
    return made;
  };

  for (const box of document.querySelectorAll('.command')) {
    const code = /** @type {HTMLElement} */ (box.querySelector('code'));
    const select = () => getSelection()?.selectAllChildren(code);
    const copy = button('Copy', 'Copy command', () => {
      if (!navigator.clipboard) return select();
      navigator.clipboard.writeText(code.textContent ?? '').then(() => {
        copy.textContent = 'Copied';
        setTimeout(() => { copy.textContent = 'Copy'; }, 1500);
      }, select);
    });
    box.append(copy);
  }

  /** @param {string} name @param {string} type @param {string} text */
  const save = (name, type, text) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  /** @param {string} text */
  const csvCell = (text) => {
    // A spreadsheet would run what begins like a formula.
    const safe = /^[=@]|^[-+][^0-9.]/.test(text) ? "'" + text : text;
    return /[",]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
  };
  /** @param {HTMLTableElement} table */
  const csvOf = (table) => {
    const lines = [...table.rows].map((row) =>
      [...row.cells].map((it) => csvCell((it.textContent ?? '').trim())).join(','));
    return lines.join(String.fromCharCode(13, 10)) + String.fromCharCode(13, 10);
  };

  const PAINT = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'opacity',
    'fill-opacity', 'paint-order', 'overflow', 'font-family', 'font-size', 'font-weight',
    'text-anchor', 'stroke-linejoin'];
  /** What the style sheet says of shapes, too. */
  const SHAPES = { rect: ['x', 'width'], circle: ['r'] };
  /** A copy with its colours and fonts written into it. @param {Element} drawing */
  const painted = (drawing) => {
    const copy = /** @type {Element} */ (drawing.cloneNode(true));
    const drawn = [drawing, ...drawing.querySelectorAll('*')];
    const copied = [copy, ...copy.querySelectorAll('*')];
    drawn.forEach((element, i) => {
      const style = getComputedStyle(element);
      const shape = SHAPES[/** @type {'rect'} */ (element.localName)] ?? [];
      for (const name of [...PAINT, ...shape]) {
        copied[i]?.setAttribute(name, style.getPropertyValue(name));
      }
      copied[i]?.removeAttribute('class');
      if (style.display === 'none' && !element.closest('defs')) copied[i]?.remove();
    });
    return copy;
  };
  const drawingOf = (/** @type {string} */ name) =>
    document.createElementNS('http://www.w3.org/2000/svg', name);
  /** Drawings that stand beside each other, as one. @param {Element[]} parts */
  const joined = (parts) => {
    const boxes = parts.map((part) => part.getBoundingClientRect());
    const left = Math.min(...boxes.map((it) => it.left));
    const top = Math.min(...boxes.map((it) => it.top));
    const whole = drawingOf('svg');
    whole.setAttribute('width', '' + (Math.max(...boxes.map((it) => it.right)) - left));
    whole.setAttribute('height', '' + (Math.max(...boxes.map((it) => it.bottom)) - top));
    parts.forEach((part, i) => {
      const copy = painted(part);
      const box = /** @type {DOMRect} */ (boxes[i]);
      const place = { x: box.left - left, y: box.top - top, width: box.width, height: box.height };
      for (const [name, at] of Object.entries(place)) copy.setAttribute(name, '' + at);
      whole.append(copy);
    });
    return whole;
  };
  /** Of a chart what is shown of it; of a diagram all its parts. @param {Element} drawn */
  const svgOf = (drawn) => {
    const lanes = drawn.querySelector('.lanes');
    const shown = [...(lanes ?? drawn).querySelectorAll('svg')].filter((it) =>
      it.getClientRects().length && !it.parentElement?.closest('svg'));
    const [svg] = shown;
    if (!svg) return;
    // Heads stay in sight, over what is drawn: at the top they are where they belong.
    const [down, right] = [lanes?.scrollTop ?? 0, lanes?.scrollLeft ?? 0];
    lanes?.scrollTo(0, 0);
    const copy = lanes ? joined(shown) : painted(svg);
    lanes?.scrollTo(right, down);
    const copied = [copy, ...copy.querySelectorAll('*')];
    // Patterns are defined once in the page, and a saved drawing must have its own.
    const names = new Set([...copied].flatMap((it) => [it.getAttribute('fill'),
      it.getAttribute('stroke')]).map((paint) => /url[(]"?#([^")]+)/.exec(paint ?? '')?.[1]));
    for (const name of names) {
      const pattern = name && !copy.querySelector('[id="' + name + '"]')
        && document.getElementById(name);
      if (pattern) copy.prepend(painted(pattern));
    }
    for (const cursor of copy.querySelectorAll('[data-cursor]')) cursor.remove();
    // The drawing for narrow screens is told of by the words of the one for wide ones.
    for (const id of copy.querySelector('title') ? [] : svg.getAttribute('aria-labelledby')
      ?.split(' ').reverse() ?? []) {
      const words = document.getElementById(id);
      if (words) copy.prepend(words.cloneNode(true));
    }
    const paper = drawingOf('rect');
    paper.setAttribute('width', '100%');
    paper.setAttribute('height', '100%');
    paper.setAttribute('fill', getComputedStyle(drawn).backgroundColor);
    copy.prepend(paper);
    return new XMLSerializer().serializeToString(copy);
  };

  for (const drawn of document.querySelectorAll('figure, .story')) {
    const heading = drawn.querySelector('h3');
    const title = heading?.textContent ?? drawn.id;
    const name = drawn.id.replace('fig-', '');
    const box = document.createElement('div');
    box.className = 'save';
    box.append(
      button('SVG', 'Save ' + title + ' as SVG', () => {
        const text = svgOf(drawn);
        if (text) save(name + '.svg', 'image/svg+xml', text);
      }),
      button('CSV', 'Save the table of ' + title + ' as CSV', () => {
        const table = drawn.querySelector('table');
        if (table) save(name + '.csv', 'text/csv', csvOf(table));
      }),
    );
    (heading?.closest('figcaption') ?? drawn).prepend(box);
  }

  const folded = [...document.querySelectorAll('details[id]')];
  const isOpen = (it) => /** @type {HTMLDetailsElement} */ (it).open;
  for (const it of folded) {
    it.addEventListener('toggle', () => {
      pageState.set('open', folded.filter(isOpen).map(({ id }) => id).join(' '));
    });
  }
  pageState.onChange(() => {
    const open = pageState.get('open').split(' ');
    for (const it of folded) /** @type {HTMLDetailsElement} */ (it).open = open.includes(it.id);
  });
}
`;
