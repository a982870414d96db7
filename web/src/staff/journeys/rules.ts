import type { Duration, PlanDefinition } from '@medplum/fhirtypes';
import { useTranslation } from 'react-i18next';
import { readDefinition } from '../../../../bots/journeys/definition.ts';
import type { StageDefinition, StepDefinition } from '../../../../bots/journeys/definition.ts';
import type { DiagramWords } from '../../../../bots/journeys/diagram.ts';
import { EVENTS } from '../../../../bots/journeys/events.ts';
import { OFFSET_UNITS } from '../../../../bots/journeys/relation.ts';
import type { Due } from '../../../../bots/journeys/relation.ts';

/** The rules of a definition in words. */
export interface Rules {
  /** When a step is due, and under which condition: `3 days before the visit`. */
  readonly step: (step: StepDefinition) => string;
  /** What leads into a stage, one thing each. */
  readonly entries: (stage: StageDefinition, stages: readonly StageDefinition[]) => string[];
  /** `3 days` */
  readonly length: (length: Duration) => string;
  readonly onlyIf: (condition: string) => string;
  /** The words of a drawing. */
  readonly diagram: DiagramWords;
}

type Unit = (typeof OFFSET_UNITS)[number];

/** The rules of a definition in the reader's language. */
export function useRules(): Rules {
  const { t } = useTranslation('journeys');
  const length = ({ value = 0, code, unit }: Duration): string => {
    const known = OFFSET_UNITS.find((one) => one === (code ?? unit)) ?? ('min' satisfies Unit);
    return t(`unit.${known}`, { count: value });
  };
  const due = ({ anchor, direction, offset }: Due, entry: string): string => {
    const some = offset?.value ? length(offset) : undefined;
    if (anchor === 'stage-entry') {
      return some ? t('rule.afterEntry', { length: some, entry }) : t('rule.atEntry', { entry });
    }
    const edge = anchor === 'appointment-start' ? 'Start' : 'End';
    return some
      ? t(direction === 'before' ? `rule.before${edge}` : `rule.after${edge}`, { length: some })
      : t(`rule.at${edge}`);
  };
  const onlyIf = (condition: string): string => t('rule.onlyIf', { condition });
  const event = (name: string): string => {
    const known = EVENTS.find((one) => one === name);
    return t('rule.on', { event: known ? t(`event.${known}`) : name });
  };
  const when = (condition: string): string => t('rule.when', { condition });
  const step: Rules['step'] = ({ due: at, conditions }) =>
    [due(at, t('rule.thisStage')), ...conditions.map(onlyIf)].join(', ');
  const entries: Rules['entries'] = ({ triggers, whens, time }, stages) => [
    ...triggers.map(event),
    ...whens.map(when),
    ...(time ? [due(time, stages.find(({ id }) => id === time.stage)?.title ?? t('rule.thisStage'))] : []),
  ];
  return {
    length,
    step,
    entries,
    onlyIf,
    diagram: {
      begin: t('rule.begin'),
      start: t('rule.start'),
      byHand: t('rule.byHand'),
      or: t('rule.or'),
      event,
      when,
      onlyIf,
      due,
      repeat: ({ count, every }) => t('rule.repeat', { count, length: length(every) }),
      step: (one) => `(${step(one)})`,
    },
  };
}

/** A definition on one page: its stages with their steps, for a comparison of two versions. */
export function useSummary(): (plan: PlanDefinition) => string {
  const rules = useRules();
  return (plan) => {
    const { stages } = readDefinition(plan).definition;
    return stages
      .map((stage) => {
        const steps = stage.steps.map((one) => `${one.title ?? one.id}: ${rules.step(one)}`).join('; ');
        const when = [
          ...rules.entries(stage, stages),
          ...stage.conditions.map(rules.onlyIf),
          ...(stage.repeat ? [rules.diagram.repeat(stage.repeat)] : []),
        ];
        return `${stage.title} (${when.join(', ')})${steps && `: ${steps}`}`;
      })
      .join(' → ');
  };
}
