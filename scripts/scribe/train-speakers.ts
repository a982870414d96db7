/** Learns how clinicians and patients talk, from conversations whose turns are labelled. */

import { type LinearModel, probability } from '../../bots/scribe/offline/linear.ts';
import { speakerFeatures } from '../../bots/scribe/offline/speakers.ts';
import { type Example, train } from './logistic.ts';

const TURN = /^\s*(?:\[(doctor|patient)\]|(Doctor|Patient):)\s*(.+)$/i;
const FOLDS = 5;
/** A shorter conversation says too little about its own labels. */
const FEWEST_TURNS = 12;

/** The turns of one conversation, each as an example. */
export function speakerExamples(dialogue: string): Example[] {
  return dialogue.split('\n').flatMap((line) => {
    const [, bracketed, colon, text] = TURN.exec(line) ?? [];
    const who = (bracketed ?? colon)?.toLowerCase();
    return text && who ? [{ features: speakerFeatures(text), label: Number(who === 'doctor') }] : [];
  });
}

/**
 * Some conversations have their labels swapped throughout. A table that was trained without them tells which: they are
 * learned from the right way round.
 * @param weights - How often each conversation is learned from.
 */
export function trainSpeakers(dialogues: readonly string[], weights: readonly number[]): LinearModel {
  const labelled = dialogues.map(speakerExamples);
  const pick = (chosen: (index: number) => boolean, from: readonly Example[][]): Example[] =>
    from.flatMap((examples, index) =>
      chosen(index) ? Array.from({ length: weights[index] ?? 1 }, () => examples).flat() : [],
    );
  const settled = [...labelled];
  for (let fold = 0; fold < FOLDS; fold++) {
    const table = fit(pick((index) => index % FOLDS !== fold, labelled));
    labelled.forEach((examples, index) => {
      if (index % FOLDS === fold && isSwapped(examples, table)) {
        settled[index] = examples.map((example) => ({ ...example, label: 1 - example.label }));
      }
    });
  }
  return fit(pick(() => true, settled));
}

function isSwapped(examples: readonly Example[], table: LinearModel): boolean {
  if (examples.length < FEWEST_TURNS) return false;
  const sum = examples.reduce((total, { features, label }) => {
    const lean = probability(table, features) - 0.5;
    return total + (label ? lean : -lean);
  }, 0);
  return sum < 0;
}

function fit(examples: readonly Example[]): LinearModel {
  return train(examples, { classes: ['clinician'], epochs: 5, rate: 0.1, decay: 5e-3, minimum: 4, keep: 2500 });
}
