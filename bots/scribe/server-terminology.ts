import { LOINC, SNOMED } from '@medplum/core';
import type { MedplumClient, WithId } from '@medplum/core';
import type { CodeSystem, Parameters, Resource, ValueSet } from '@medplum/fhirtypes';
import { ofType, readTogether } from '../runtime/load.ts';
import { toOutcome } from '../runtime/outcome.ts';
import { ICD10CM } from './fhir/conditions.ts';
import { RXNORM } from './offline/terminology.ts';
import type { Code, Draft, DraftObservation, DraftOrder, DraftProblem } from './types.ts';

/** Look-ups of one draft: as many as one holds things to code, and no more. */
const MOST_LOOKUPS = 80;
/** Concepts of an expansion among which a name is looked for. */
const COUNT = 10;

type Asked = Pick<MedplumClient, 'executeBatch'>;

/**
 * A draft coded by the code systems that the server has in full (`CodeSystem.content` is `complete`), where it has any: a
 * code that such a system does not know is dropped and the text kept, one that it knows gets its display, and what has no
 * code yet gets one if exactly its name is found. SNOMED CT is asked only where that is switched on. Two requests at most;
 * a server without full code systems, or that cannot answer, leaves the draft as it is.
 */
export async function codedByServer(fhir: Asked, drafted: Draft, snomed: boolean): Promise<Draft> {
  try {
    const systems = await fullSystems(fhir, [ICD10CM, RXNORM, LOINC, ...(snomed ? [SNOMED] : [])]);
    return systems.size > 0 ? await coded(fhir as MedplumClient, drafted, systems) : drafted;
  } catch (thrown) {
    console.log(`scribe: the server's code systems were not used: ${toOutcome(thrown)?.issue[0]?.code ?? 'error'}`);
    return drafted;
  }
}

async function fullSystems(fhir: Asked, urls: readonly string[]): Promise<Map<string, WithId<CodeSystem>>> {
  const query = new URLSearchParams({
    url: urls.join(','),
    'content-mode': 'complete',
    _fields: 'url,valueSet,content',
  });
  const [found = []] = await readTogether(fhir as MedplumClient, [`CodeSystem?${query.toString()}`]);
  return new Map(ofType(found, 'CodeSystem').map((system) => [system.url ?? '', system]));
}

/** What is asked of the server: whether it knows a code, or which code has a name. */
interface Question {
  readonly url: string;
  readonly key: string;
}

async function coded(
  fhir: MedplumClient,
  drafted: Draft,
  systems: ReadonlyMap<string, WithId<CodeSystem>>,
): Promise<Draft> {
  const questions = new Map<string, Question>();
  const ask = (question: Question | undefined): void => {
    if (question && questions.size < MOST_LOOKUPS) questions.set(question.key, question);
  };
  for (const { icd10, display, text } of drafted.problems) {
    ask(icd10 ? lookUp(systems, ICD10CM, icd10) : named(systems, ICD10CM, text));
    ask(named(systems, SNOMED, display ?? text));
  }
  for (const thing of [...drafted.orders, ...drafted.observations]) {
    const system = systemOf(thing);
    ask(thing.code ? lookUp(systems, thing.code.system, thing.code.code) : named(systems, system, nameOf(thing)));
  }
  const list = [...questions.values()];
  const answers =
    list.length > 0
      ? await readTogether(
          fhir,
          list.map(({ url }) => url),
        )
      : [];
  const answerTo = new Map(list.map(({ key }, index) => [key, answers[index]?.[0]]));
  const codeOf = (system: string, code: Code | undefined, name: string): Code | undefined => {
    const key = code ? lookUpKey(code.system, code.code) : nameKey(system, name);
    if (!answerTo.has(key)) return code;
    const answer = answerTo.get(key);
    if (!code) return exactly(answer, system, name);
    return answer && { ...code, display: displayOf(answer) ?? code.display };
  };
  return {
    sections: drafted.sections,
    problems: drafted.problems.map((problem) => codedProblem(problem, codeOf)),
    orders: drafted.orders.map((order) => withCode(order, codeOf(systemOf(order), order.code, nameOf(order)))),
    observations: drafted.observations.map((one) => withCode(one, codeOf(systemOf(one), one.code, nameOf(one)))),
  };
}

type CodeOf = (system: string, code: Code | undefined, name: string) => Code | undefined;

function codedProblem({ icd10, display, snomed: _before, ...problem }: DraftProblem, codeOf: CodeOf): DraftProblem {
  const own = icd10 ? { system: ICD10CM, code: icd10, display: display ?? problem.text } : undefined;
  const icd = codeOf(ICD10CM, own, problem.text);
  const sct = codeOf(SNOMED, undefined, display ?? problem.text);
  return {
    ...problem,
    ...(icd && { icd10: icd.code, ...((display ?? icd !== own) && { display: icd.display }) }),
    ...(sct && { snomed: sct.code }),
  };
}

function withCode<T extends DraftOrder | DraftObservation>({ code: _before, ...rest }: T, code: Code | undefined): T {
  return { ...rest, ...(code && { code }) } as T;
}

const systemOf = (thing: DraftOrder | DraftObservation): string =>
  'kind' in thing && thing.kind === 'medication' ? RXNORM : LOINC;

/** The name of what is ordered or measured, without dose and value. */
const nameOf = ({ text }: DraftOrder | DraftObservation): string => /^[^\d:]*/.exec(text)?.[0].trim() ?? '';

const lookUpKey = (system: string, code: string): string => `${system}|${code}`;
const nameKey = (system: string, name: string): string => `${system}?${name.toLowerCase()}`;

function lookUp(systems: ReadonlyMap<string, WithId<CodeSystem>>, system: string, code: string): Question | undefined {
  const found = systems.get(system);
  return (
    found && {
      key: lookUpKey(system, code),
      url: `CodeSystem/${found.id}/$lookup?${new URLSearchParams({ code }).toString()}`,
    }
  );
}

/** Names are looked for in the value set of all that a system has, which it may name. */
function named(systems: ReadonlyMap<string, WithId<CodeSystem>>, system: string, name: string): Question | undefined {
  const url = systems.get(system)?.valueSet;
  const query = url && new URLSearchParams({ url, filter: name, count: String(COUNT) });
  return query && name ? { key: nameKey(system, name), url: `ValueSet/$expand?${query.toString()}` } : undefined;
}

const displayOf = (answer: Resource): string | undefined =>
  (answer as Parameters).parameter?.find(({ name }) => name === 'display')?.valueString;

/** The concept of an expansion that is called exactly so. */
function exactly(answer: Resource | undefined, system: string, name: string): Code | undefined {
  const wanted = name.toLowerCase();
  const hit = (answer as ValueSet | undefined)?.expansion?.contains?.find(
    ({ display, designation }) =>
      display?.toLowerCase() === wanted || designation?.some(({ value }) => value.toLowerCase() === wanted),
  );
  return hit?.code ? { system, code: hit.code, display: hit.display ?? name } : undefined;
}
