import type { ActivityDefinition, PlanDefinition } from '@medplum/fhirtypes';
import { templateProblems } from '../messages/template-problems.ts';
import type { Run } from '../runtime/definition.ts';
import { readDefinition } from './definition.ts';
import type { JourneyDefinition } from './definition.ts';
import { isExpression } from './expression-check.ts';
import type { StepSource } from './facts.ts';
import { loadSources } from './load.ts';
import { OWNER_PATH } from './tasks.ts';

/** A definition, and all that keeps it from being started. */
export interface Checked {
  readonly definition: JourneyDefinition;
  readonly sources: ReadonlyMap<string, StepSource>;
  /** One sentence each, with the path. */
  readonly problems: readonly string[];
}

/** Reads a PlanDefinition as a journey, and looks up what its steps are made of. */
export async function checkDefinition(run: Pick<Run, 'fhir'>, source: PlanDefinition): Promise<Checked> {
  const { definition, problems } = readDefinition(source);
  const sources = await loadSources(run, [definition]);
  return { definition, sources, problems: [...problems, ...sourceProblems(definition, sources)] };
}

/** What is wrong with the templates, tasks and questionnaires that a definition names. */
export function sourceProblems({ stages }: JourneyDefinition, sources: ReadonlyMap<string, StepSource>): string[] {
  return stages.flatMap(({ steps }, stage) =>
    steps.flatMap(({ canonical }, step) => {
      const path = `action[${stage}].action[${step}].definitionCanonical`;
      const source = sources.get(canonical);
      if (!canonical) {
        return [];
      }
      if (!source) {
        return [`${path}: there is no active ActivityDefinition or Questionnaire ${canonical}.`];
      }
      return source.resourceType === 'ActivityDefinition' ? activityProblems(source, path) : [];
    }),
  );
}

function activityProblems(source: ActivityDefinition, path: string): string[] {
  if (source.kind === 'CommunicationRequest') {
    return templateProblems(source).map((problem) => `${path}: in the template ${source.url} ${problem}`);
  }
  return (source.dynamicValue ?? []).flatMap(({ path: set, expression }) =>
    set === OWNER_PATH && expression.language === 'text/fhirpath' && isExpression(expression.expression ?? '')
      ? []
      : [`${path}: a dynamicValue of ${source.url} must be "${OWNER_PATH}", in FHIRPath that can be evaluated.`],
  );
}
