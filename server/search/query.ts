import type { SortRule } from '@medplum/core';
import type { FoundRow } from '../fhir/rows.ts';
import { readFound } from '../fhir/rows.ts';
import type { Expression, Lookup } from './expression.ts';
import { all, listing, needsRow, test } from './expression.ts';
import { principalTime } from './parameters.ts';
import type { SearchScope } from './scope.ts';
import { sortColumns, sortIndex } from './sort.ts';
import type { Sql } from './sql.ts';
import { join, limitTo, name, sql } from './sql.ts';

/** More hits than this are not gathered and sorted if they can be met in order instead. */
const MANY_HITS = 500;

export interface Page {
  sortRules: readonly SortRule[];
  limit: number;
  offset: number;
}

/**
 * How a search is run. SQLite's own choice of order is 15 to 40 times slower than one made with knowledge of what is
 * selective, so the order is spelled out (CROSS JOIN): one part lists candidates, the others test them one by one.
 */
interface Plan {
  /** Lists candidates: `d.rid`. Undefined where the resource table itself is walked. */
  driver: { select: Sql; single: boolean; lookup?: Lookup } | undefined;
  tests: Expression[];
}

/** The resources of a page, in order. */
export function findPage(scope: SearchScope, type: string, expression: Expression, page: Page): FoundRow[] {
  const parts = partsOf(expression);
  const plan = choosePlan(type, parts);
  const walked = walkInOrder(scope, type, plan, parts, page);
  if (walked) {
    return walked;
  }
  const inOrder = onlyByTime(page.sortRules) && hasManyHits(scope, plan) ? { driver: undefined, tests: parts } : plan;
  const order = orderBy(scope, type, inOrder, page.sortRules);
  const query = sql`SELECT ${ridOf(inOrder)} AS rid ${body(scope, type, inOrder, order.needsRow)}
    ORDER BY ${order.by} ${limitTo(page)}`;
  return readFound(scope.db, query);
}

/**
 * The page of a sorted search that finds much: instead of gathering all hits and sorting them, the index of what they are
 * sorted by is walked until the page is full. It pays where hits are so frequent that few others are met on the way.
 * @returns undefined where it does not pay or cannot be done.
 */
function walkInOrder(
  scope: SearchScope,
  type: string,
  plan: Plan,
  parts: Expression[],
  page: Page,
): FoundRow[] | undefined {
  const [rule, ...others] = page.sortRules;
  const index = rule && others.length === 0 && !parts.some(needsRow) ? sortIndex(scope, type, rule) : undefined;
  if (!index || !plan.driver || page.limit === 0) {
    return undefined;
  }
  const wanted = page.limit + page.offset;
  const resources = run<{ most: number }>(scope, sql`SELECT max(rid) AS most FROM resource`)[0]?.most ?? 0;
  // Sorting costs as much for each hit as walking for each resource that is met.
  const enough = Math.ceil(Math.sqrt(wanted * resources));
  const hits = sql`SELECT count(*) AS total FROM (${plan.driver.select} ${limitTo({ limit: enough })})`;
  if (run<{ total: number }>(scope, hits)[0]?.total !== enough) {
    return undefined;
  }
  const conditions = parts.map((part) => test(part, name('s.rid')));
  const query = sql`SELECT s.rid AS rid FROM ${name(index.table)} s WHERE s.param = ${index.param}
    AND NOT EXISTS (SELECT 1 FROM ${name(index.table)} e WHERE e.rid = s.rid AND e.param = s.param
      AND (e.value, e.${name(index.rest)}) < (s.value, s.${name(index.rest)}))
    AND ${join(conditions, ' AND ')} ORDER BY s.value, s.rid ${limitTo(page)}`;
  const found = readFound(scope.db, query);
  // Those that have no value come after all that have: who gets so far sees them the other way.
  return found.length === page.limit ? found : undefined;
}

/** How many resources match, on all pages. */
export function countMatches(scope: SearchScope, type: string, expression: Expression): number {
  const plan = choosePlan(type, partsOf(expression));
  const [row] = run<{ total: number }>(scope, sql`SELECT count(*) AS total ${body(scope, type, plan, false)}`);
  return row?.total ?? 0;
}

/** A SELECT of the numbers of all resources that match, in no order. */
export function selectMatches(scope: SearchScope, type: string, expression: Expression): Sql {
  const plan = choosePlan(type, partsOf(expression));
  return sql`SELECT ${ridOf(plan)} AS rid ${body(scope, type, plan, false)}`;
}

function run<Row>({ db }: SearchScope, query: Sql): Row[] {
  return db.all<Row>(query.text, ...query.values);
}

function partsOf(expression: Expression): Expression[] {
  const flat = all([expression]);
  return flat.kind === 'all' ? flat.parts : [flat];
}

function choosePlan(type: string, parts: Expression[]): Plan {
  const candidates = parts
    .map((part) => ({ part, found: listing(part) }))
    .sort((a, b) => (a.found?.rank ?? Infinity) - (b.found?.rank ?? Infinity));
  const [best] = candidates;
  // A parameter that nothing but "is it there" is asked of is found on nearly every resource.
  if (!best?.found || best.found.rank >= 100) {
    return { driver: undefined, tests: parts };
  }
  const tests = candidates.slice(1).map(({ part }) => part);
  const { part, found } = best;
  if (part.kind === 'lookup' && part.table === 'idx_reference' && principalTime(type)) {
    return withTime(part, tests);
  }
  return { driver: { ...found, lookup: part.kind === 'lookup' ? part : undefined }, tests };
}

/** A reference's index rows carry the resource's time: a test of that time becomes a part of the lookup. */
function withTime(lookup: Lookup, tests: Expression[]): Plan {
  const isOnTime = (part: Expression): part is Lookup & { onTime: Sql } =>
    part.kind === 'lookup' && part.onTime !== undefined;
  const where = join([lookup.where, ...tests.filter(isOnTime).map(({ onTime }) => onTime)], ' AND ');
  const select = sql`SELECT t.rid AS rid, t.at AS at FROM idx_reference t WHERE ${where}`;
  return { driver: { select, single: lookup.single, lookup }, tests: tests.filter((part) => !isOnTime(part)) };
}

function ridOf({ driver }: Plan): Sql {
  return name(driver ? 'd.rid' : 'r.rid');
}

function body(scope: SearchScope, type: string, { driver, tests }: Plan, rowForOrder: boolean): Sql {
  const conditions = tests.map((part) => test(part, ridOf({ driver, tests })));
  if (!driver) {
    return sql`FROM resource r WHERE ${join([scope.rowsOf(type), ...conditions], ' AND ')}`;
  }
  const withRow = rowForOrder || tests.some(needsRow);
  const from = driver.single ? driver.select : sql`SELECT DISTINCT rid FROM (${driver.select})`;
  const row = withRow ? sql` CROSS JOIN resource r ON r.rid = d.rid` : name('');
  const where = conditions.length > 0 ? sql` WHERE ${join(conditions, ' AND ')}` : name('');
  return sql`FROM (${from}) d${row}${where}`;
}

function onlyByTime(sortRules: readonly SortRule[]): boolean {
  return sortRules.length === 1 && sortRules[0]?.code === '_lastUpdated';
}

function hasManyHits(scope: SearchScope, { driver }: Plan): boolean {
  if (!driver) {
    return false;
  }
  const query = sql`SELECT count(*) AS total FROM (${driver.select} ${limitTo({ limit: MANY_HITS })})`;
  return run<{ total: number }>(scope, query)[0]?.total === MANY_HITS;
}

function orderBy(
  scope: SearchScope,
  type: string,
  plan: Plan,
  sortRules: readonly SortRule[],
): { by: Sql; needsRow: boolean } {
  const { driver } = plan;
  const rid = ridOf(plan);
  const onTime = driver?.single && driver.lookup?.table === 'idx_reference' ? principalTime(type) : undefined;
  const columns = sortRules.map((rule) =>
    rule.code === onTime ? name(`d.at ${rule.descending ? 'DESC' : 'ASC'}`) : sortColumns(scope, type, rule, rid),
  );
  if (columns.length === 0 && onTime) {
    // The order in which the index has them anyway.
    columns.push(name('d.at'));
  }
  if (columns.length === 0 && !driver) {
    columns.push(name('r.updated'));
  }
  // Whatever is equal is told apart by its number, so that pages neither repeat nor lose a resource.
  const last = sortRules.at(-1)?.descending ? 'DESC' : 'ASC';
  return {
    by: join([...columns, sql`${rid} ${name(last)}`], ', '),
    needsRow: sortRules.some(({ code }) => code === '_lastUpdated' || code === '_id'),
  };
}
