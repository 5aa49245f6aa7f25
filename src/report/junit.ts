/**
 * junit.xml, as continuous integration reads it: one suite per design, one case per claim. A
 * promised claim that broke fails; one that was not promised, or never came up, is skipped and says
 * why. Objectives of the scenario, when there are any, are a suite of their own.
 */
import { claimStatus, claimsOf, isWithheld } from './claim-info.ts';
import type { ClaimRow, DesignReport, ReportDocument } from './document.ts';
import { html, type Markup } from './html.ts';
import { formatValue } from './numbers.ts';
import { replayCommand } from './replay.ts';
import { brokenShare } from './words.ts';

type Result = 'passed' | 'failed' | 'skipped';
interface Case {
  readonly result: Result;
  readonly xml: Markup;
}

/** The whole file. No times and no dates: the same document gives the same bytes. */
export function renderJunit(document: ReportDocument): string {
  const suites = document.designs.map((design) => {
    const cases = claimsOf([design]).map((claim) => claimCase(document, design, claim));
    return suite(design.name, cases, design.inconclusive);
  });
  if (document.slo.length > 0) suites.push(suite('objectives', sloCases(document), []));
  return html`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${document.scenario.name}">
${suites}</testsuites>
`.text;
}

function suite(name: string, cases: readonly Case[], inconclusive: readonly string[]): Markup {
  const count = (result: Result): number => cases.filter((it) => it.result === result).length;
  const [failures, skipped] = [count('failed'), count('skipped')];
  const judged = html`tests="${cases.length}" failures="${failures}"`;
  const counts = html`${judged} errors="0" skipped="${skipped}"`;
  const out =
    inconclusive.length > 0 &&
    html`<system-out>inconclusive: ${inconclusive.join('; ')}</system-out>\n`;
  return html`<testsuite name="${name}" ${counts}>
${cases.map((it) => it.xml)}${out}</testsuite>\n`;
}

function claimCase(document: ReportDocument, design: DesignReport, claim: string): Case {
  const row = design.claims[claim] as ClaimRow;
  const head = html`<testcase classname="${design.name}" name="${claim}"`;
  if (row.promised && row.broken > 0) {
    return { result: 'failed', xml: html`${head}>${failure(document, design, row)}</testcase>\n` };
  }
  const skipped = skipReason(claim, row);
  if (skipped !== '') {
    return {
      result: 'skipped',
      xml: html`${head}><skipped message="${skipped}"/></testcase>\n`,
    };
  }
  return { result: 'passed', xml: html`${head}/>\n` };
}

function failure(document: ReportDocument, design: DesignReport, row: ClaimRow): Markup {
  const { example } = row;
  const first =
    example === undefined
      ? ''
      : `seed ${example.seed} at ${formatValue('us', example.atUs)}: ${example.summary}\n` +
        `replay: ${replayCommand(document, design.name, example.seed)}`;
  return html`<failure type="broken" message="${brokenShare(row)}">${first}</failure>`;
}

/** Why a case proves nothing either way; empty when it does. */
function skipReason(claim: string, row: ClaimRow): string {
  if (isWithheld(claim, row)) {
    const broke = row.broken > 0 ? brokenShare(row) : 'not broken';
    return `not promised (${row.reason || 'no reason given'}); ${broke}`;
  }
  switch (claimStatus(row)) {
    case 'vacuous':
      return 'vacuous: what the claim speaks of never happened';
    case 'unknown':
      return row.held > 0 ? '' : 'unknown: no seed could be judged';
    case 'absent':
      return 'not judged';
    default:
      return '';
  }
}

function sloCases(document: ReportDocument): Case[] {
  return document.slo.map((row) => {
    const head = html`<testcase classname="${row.design}" name="${row.metric} ${row.wanted}"`;
    if (row.met) return { result: 'passed', xml: html`${head}/>\n` };
    const got = row.got === null ? 'not measured' : String(row.got);
    return {
      result: 'failed',
      xml: html`${head}><failure type="objective"
        message="wanted ${row.wanted}, got ${got}"></failure></testcase>\n`,
    };
  });
}
