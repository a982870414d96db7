import type { PlanDefinition } from '@medplum/fhirtypes';
import type { TFunction } from 'i18next';
import { readDefinition } from '../../../../bots/journeys/definition.ts';

/** Something that keeps a definition from being saved: where, and what. */
export interface Problem {
  /** `Pre-visit › Call the patient`; empty for the whole definition. */
  readonly place: string;
  readonly text: string;
}

/** How the rules of journeys begin their sentences, and how the pages say it. */
const SENTENCES = [
  [/at least one stage/, 'noStage'],
  [/stands there twice/, 'twice'],
  [/too many to start/, 'tooMany'],
  [/needs an ActivityDefinition or a Questionnaire/, 'noContent'],
  [/no active ActivityDefinition or Questionnaire/, 'gone'],
  [/no FHIRPath that can be evaluated/, 'noExpression'],
  [/an applicability in text\/fhirpath|data-changed with a condition/, 'noCondition'],
  [/takes no condition of its own/, 'noOwnCondition'],
  [/count from 2 to 1000/, 'repeat'],
  [/there is no stage before the first/, 'firstDone'],
  [/there is no stage "/, 'noSuchStage'],
  [/does not come before this one/, 'laterStage'],
  [/it can never be due/, 'tooLate'],
  [/a value from 0/, 'offset'],
  [/has no text/, 'noText'],
] as const;

/**
 * What is wrong with a definition, in words: by the rules that the server goes by.
 * @param canonicals - The urls of the templates, tasks and questionnaires that there are; unknown while not loaded.
 */
export function problemsOf(
  plan: PlanDefinition,
  canonicals: ReadonlySet<string> | undefined,
  t: TFunction<'definitions'>,
): Problem[] {
  const { definition, problems } = readDefinition(plan);
  const gone = definition.stages.flatMap(({ steps }, stage) =>
    steps.flatMap(({ canonical }, step) =>
      canonical && canonicals && !canonicals.has(canonical)
        ? [`action[${stage}].action[${step}]: there is no active ActivityDefinition or Questionnaire ${canonical}.`]
        : [],
    ),
  );
  return [...problems, ...gone].map((sentence) => problemOf(plan, sentence, t));
}

/** A sentence of the rules, `action[0].action[1].id: …`, as a place by its titles and a text. */
export function problemOf(plan: PlanDefinition, sentence: string, t: TFunction<'definitions'>): Problem {
  const [, stage, step, rest = sentence] =
    /^action(?:\[(\d+)\])?(?:\.action\[(\d+)\])?[^:]*: (.*)$/s.exec(sentence) ?? [];
  const inStage = stage === undefined ? undefined : plan.action?.[Number(stage)];
  const inStep = step === undefined ? undefined : inStage?.action?.[Number(step)];
  const place = [inStage && (inStage.title ?? inStage.id), inStep && (inStep.title ?? inStep.id)];
  const key = SENTENCES.find(([pattern]) => pattern.test(rest))?.[1];
  return { place: place.filter(Boolean).join(' › '), text: key ? t(`problem.${key}`) : rest };
}
