import { byHand, followUp, mistakes, noVisit, visit } from './stories/journeys.ts';
import { again, comingIn, leaving, looking, replying } from './stories/messages.ts';
import { note } from './stories/scribe.ts';
import { desk, calledOff, closing, foreign, hours, unchecked, waiting } from './stories/scheduling.ts';
import { Stage } from './stage.ts';
import type { Coming } from './stage.ts';

type Story = (stage: Stage) => Promise<object>;

/** Plays every story in one clinic. */
export async function playAll(
  coming: Coming,
  stories: readonly Story[] = STORIES,
): Promise<{ outcomes: Readonly<Record<string, object>>; runs: ReadonlyMap<string, number> }> {
  const stage = await Stage.open(coming);
  try {
    const outcomes = await stage.play(stories.map((story) => async () => [story.name, await story(stage)] as const));
    return { outcomes: Object.fromEntries(outcomes), runs: await stage.runs() };
  } finally {
    await stage.close();
  }
}

export const STORIES: readonly Story[] = [
  desk,
  calledOff,
  waiting,
  closing,
  foreign,
  unchecked,
  hours,
  visit,
  noVisit,
  byHand,
  followUp,
  mistakes,
  leaving,
  again,
  comingIn,
  replying,
  looking,
  note,
];
