/**
 * A report of eight designs over ten thousand seeds each, rendered. Measured on two cores that were
 * shared: 0.13 s for the page, at worst 0.38 s.
 */
import { bench, describe } from 'vitest';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { renderPage } from '../../src/report/page.ts';
import { bigDocument } from '../support/big-document.ts';

const document = bigDocument();
const OPTIONS = { time: 2_000, warmupTime: 300 };

describe('8 designs, 10 000 seeds each', () => {
  bench('index.html', () => void renderPage(document), OPTIONS);
  bench('report.md', () => void renderMarkdown(document), OPTIONS);
});
