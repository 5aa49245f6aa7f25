/**
 * Writes results. Every file appears whole or not at all: it is written under another name and then
 * renamed. What an earlier result left in the same folder and would lie about this one is removed.
 */
import {
  accessSync,
  appendFileSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Problem } from '../lib/outcome.ts';
import type { ReportDocument } from '../report/document.ts';
import { reportJson } from '../report/document-schema.ts';
import { renderGithub } from '../report/github.ts';
import { renderJunit } from '../report/junit.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { renderPage } from '../report/page.ts';
import { suggestion } from '../scenario/nearest.ts';
import { shown } from '../scenario/values.ts';
import type { Io } from './io.ts';
import { reasonOf } from './load.ts';
import { kindOf } from './places.ts';

const FILES = ['json', 'md', 'junit', 'html'] as const;
/** `github` writes no file: it tells the log and the summary of a workflow. */
export const REPORTERS = [...FILES, 'github'] as const;
export type Reporter = (typeof REPORTERS)[number];

type Renderer = readonly [string, (it: ReportDocument) => string];
const RENDERED: Readonly<Record<(typeof FILES)[number], Renderer>> = {
  json: ['report.json', reportJson],
  md: ['report.md', renderMarkdown],
  junit: ['junit.xml', renderJunit],
  html: ['index.html', renderPage],
};

/** What is wrong with the values of `--reporter`. */
export function reporterProblems(names: readonly string[]): readonly Problem[] {
  return names
    .filter((name) => !(REPORTERS as readonly string[]).includes(name))
    .map((name) => {
      const hint = suggestion(name, REPORTERS);
      return {
        path: '',
        file: '--reporter',
        problem: `there is no reporter ${shown(name)}`,
        ...(hint === undefined ? {} : { hint }),
      };
    });
}

/** Files of a report by name; `report.json` always, for everything else can be made from it. */
export function renderedFiles(
  document: ReportDocument,
  reporters: readonly Reporter[],
): ReadonlyMap<string, string> {
  const named = reporters.filter((name) => name !== 'github');
  const wanted = FILES.filter(
    (name) => name === 'json' || named.length === 0 || named.includes(name),
  );
  return new Map(wanted.map((name) => [RENDERED[name][0], RENDERED[name][1](document)]));
}

/**
 * Annotations in the log, and `report.md` in the summary of the step, where a workflow of GitHub
 * runs this or the reporter was asked for. A summary that cannot be written changes no result.
 */
export function tellWorkflow(
  document: ReportDocument,
  reporters: readonly string[],
  write: (text: string) => void,
  io: Pick<Io, 'env' | 'stderr'>,
): void {
  if (!reporters.includes('github') && io.env['GITHUB_ACTIONS'] !== 'true') return;
  const annotations = renderGithub(document);
  if (annotations !== '') write(annotations);
  const summary = io.env['GITHUB_STEP_SUMMARY'] ?? '';
  if (summary === '') return;
  try {
    appendFileSync(summary, renderMarkdown(document));
  } catch (error) {
    io.stderr(`The summary of the step was not written: ${reasonOf(error)}\n`);
  }
}

/** Why a result cannot be written there, found out before the work is done. */
export function folderProblems(folder: string): readonly Problem[] {
  const refuse = (problem: string): readonly Problem[] => [{ path: '', file: '--out', problem }];
  if (/^\/(proc|sys|dev)(\/|$)/.test(folder)) return refuse(`${folder} holds no files of ours`);
  if (basename(folder) === 'latest') return refuse("'latest' is the link to the newest result");
  let ancestor = folder;
  while (kindOf(ancestor) === 'nothing' && dirname(ancestor) !== ancestor) {
    ancestor = dirname(ancestor);
  }
  if (kindOf(ancestor) !== 'folder') return refuse(`${ancestor} is not a folder`);
  try {
    accessSync(ancestor, constants.W_OK);
    return [];
  } catch (error) {
    return refuse(`cannot write to ${ancestor}: ${reasonOf(error)}`);
  }
}

/** Writes all files below the folder; names may hold subfolders. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [name, text] of files) writeWhole(join(folder, name), text);
}

/** Writes one file, whole or not at all. */
export const writeFile = (path: string, text: string): void => writeWhole(path, text);

function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

const RENEWED: readonly (readonly [string, RegExp])[] = [
  ['cases', /\.json$/],
  ['transcripts', /\.txt$/],
];

/**
 * Removes cases, transcripts and renderings of an earlier result. Only where that result's
 * `report.json` shows that the folder is one of ours: `--out` may name any folder.
 */
export function removeEarlier(folder: string): void {
  try {
    const document = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as unknown;
    const isOurs = (document as { apiVersion?: unknown } | null)?.apiVersion;
    if (isOurs !== 'seaworthy/report/v1') return;
  } catch {
    return;
  }
  for (const [name] of Object.values(RENDERED)) rmSync(join(folder, name), { force: true });
  for (const [name, pattern] of RENEWED) {
    const path = join(folder, name);
    if (kindOf(path) !== 'folder') continue;
    for (const file of readdirSync(path)) {
      if (pattern.test(file)) rmSync(join(path, file), { force: true });
    }
  }
}

/**
 * Points `reports/latest` at a result, in one step, where the result lies in `reports/`. Something
 * there that is not a link is somebody's own, and stays.
 */
export function linkLatest(cwd: string, folder: string): boolean {
  const reports = resolve(cwd, 'reports');
  const target = relative(reports, folder);
  if (target === '' || target.startsWith('..') || resolve(reports, target) !== folder) return false;
  const link = join(reports, 'latest');
  const temporary = `${link}.${process.pid}.tmp`;
  try {
    const before = lstatSync(link, { throwIfNoEntry: false });
    if (before !== undefined && !before.isSymbolicLink()) return false;
    symlinkSync(target, temporary);
    renameSync(temporary, link);
    return true;
  } catch {
    // Some file systems know no links; the result itself is written.
    rmSync(temporary, { force: true });
    return false;
  }
}
