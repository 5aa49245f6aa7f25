/** Filters rows by text and by what became of them, sorts tables, and shows one design alone. */
export const CHOICES_SCRIPT = `
{
  for (const it of document.querySelectorAll('[data-scripted]')) it.removeAttribute('hidden');

  /** @param {Element} section @param {string} wanted */
  const filterRows = (section, wanted) => {
    const words = wanted.toLowerCase().split(' ').filter((it) => it !== '');
    let shown = 0;
    let all = 0;
    for (const it of section.querySelectorAll('tbody tr:not(.group), .finding')) {
      if (it.closest('details, figure')) continue;
      const text = (it.textContent ?? '').toLowerCase();
      const fits = words.every((word) => text.includes(word));
      it.toggleAttribute('hidden', !fits);
      if (it.matches('tr')) all += 1;
      if (it.matches('tr') && fits) shown += 1;
    }
    const said = section.querySelector('output');
    if (said) said.textContent = words.length === 0 ? '' : shown + ' of ' + all + ' rows';
  };
  for (const input of document.querySelectorAll('input[type=search]')) {
    const field = /** @type {HTMLInputElement} */ (input);
    const section = /** @type {Element} */ (field.closest('section'));
    const key = 'q.' + section.id;
    field.addEventListener('input', () => {
      pageState.set(key, field.value.trim());
      filterRows(section, field.value);
    });
    pageState.onChange(() => {
      field.value = pageState.get(key);
      filterRows(section, field.value);
    });
  }

  const shows = /** @type {NodeListOf<HTMLInputElement>} */ (
    document.querySelectorAll('input[name=show]'));
  for (const it of shows) {
    it.addEventListener('change', () => pageState.set('show', it.value === 'all' ? '' : it.value));
  }
  pageState.onChange(() => {
    const chosen = pageState.get('show') || 'all';
    for (const it of shows) it.checked = it.value === chosen;
  });

  const worst = /** @type {HTMLInputElement | null} */ (document.getElementById('worst-first'));
  if (worst) {
    const body = /** @type {Element} */ (worst.closest('section')?.querySelector('tbody'));
    const rows = [...body.querySelectorAll('tr')];
    const rank = (row) => Number(row.dataset.rank ?? 99);
    const order = () => {
      body.append(...(worst.checked ? [...rows].sort((a, b) => rank(a) - rank(b)) : rows));
    };
    worst.addEventListener('change', () => {
      pageState.set('worst', worst.checked ? 'first' : '');
      order();
    });
    pageState.onChange(() => {
      worst.checked = pageState.get('worst') === 'first';
      order();
    });
  }

  const UNITS = { 'µs': 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600, d: 86400 };
  /** @param {HTMLTableRowElement} row @param {number} column */
  const valueOf = (row, column) => {
    const text = (row.cells[column]?.textContent ?? '').trim().replaceAll('−', '-');
    const bare = text.replace(/[≥≤+✓✗ ]/g, '').replace(/[^0-9.eµa-z%-].*$/, '');
    const number = parseFloat(bare);
    if (Number.isNaN(number)) return { text, number: undefined };
    const unit = text.replace(/^[^a-zµ]*/, '').replace(/[^a-zµ].*$/, '');
    return { text, number: number * (UNITS[unit] ?? 1) };
  };
  for (const it of document.querySelectorAll('table.sortable')) {
    const table = /** @type {HTMLTableElement} */ (it);
    const body = /** @type {HTMLTableSectionElement} */ (table.tBodies[0]);
    const rows = [...body.rows];
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
    const key = 'sort.' + (table.dataset.key ?? '');
    const sort = () => {
      const chosen = pageState.get(key);
      const column = parseInt(chosen, 10);
      const sign = chosen.endsWith('d') ? -1 : 1;
      heads.forEach((head, i) => {
        const way = i === column ? (sign < 0 ? 'descending' : 'ascending') : 'none';
        head.setAttribute('aria-sort', way);
      });
      if (Number.isNaN(column)) return body.append(...rows);
      const keyed = rows.map((row) => ({ row, ...valueOf(row, column) }));
      keyed.sort((a, b) => {
        // What is not known stands last, whichever way is asked for.
        if (a.number === undefined || b.number === undefined) {
          if (a.number !== b.number) return a.number === undefined ? 1 : -1;
          return sign * (a.text < b.text ? -1 : a.text > b.text ? 1 : 0);
        }
        return sign * (a.number - b.number);
      });
      body.append(...keyed.map(({ row }) => row));
    };
    heads.forEach((head, i) => {
      const label = document.createElement('button');
      label.type = 'button';
      label.append(...head.childNodes);
      head.append(label);
      label.addEventListener('click', () => {
        const next = { '': i + 'u', [i + 'u']: i + 'd', [i + 'd']: '' };
        pageState.set(key, next[pageState.get(key)] ?? i + 'u');
        sort();
      });
    });
    pageState.onChange(sort);
  }

  const design = /** @type {HTMLSelectElement | null} */ (document.getElementById('design'));
  if (design) {
    const showDesign = () => {
      const chosen = design.value;
      const isOther = (index) => chosen !== '' && String(index) !== chosen;
      for (const it of document.querySelectorAll('[data-design]')) {
        it.toggleAttribute('hidden', isOther(/** @type {HTMLElement} */ (it).dataset.design));
      }
      for (const table of document.querySelectorAll('table.by-design')) {
        for (const row of /** @type {HTMLTableElement} */ (table).rows) {
          if (row.cells.length < 2) continue;
          [...row.cells].slice(1).forEach((cell, i) => { cell.hidden = isOther(i); });
        }
      }
      for (const mark of document.querySelectorAll('figure:not([data-design]) [class*=look]')) {
        const look = /look([0-9])/.exec(mark.getAttribute('class') ?? '')?.[1];
        mark.classList.toggle('dim', chosen !== '' && Number(look) !== Number(chosen) % 8);
      }
    };
    design.addEventListener('change', () => {
      pageState.set('design', design.value);
      showDesign();
    });
    pageState.onChange(() => {
      const chosen = pageState.get('design');
      const isKnown = [...design.options].some(({ value }) => value === chosen);
      design.value = isKnown ? chosen : '';
      showDesign();
    });
  }
}
`;
