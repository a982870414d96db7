import type { Clock } from './clock.ts';

/** A length of time; what is given adds up. */
export interface Duration {
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  private time: number;

  constructor(start: Date | number | string = Date.now()) {
    this.time = new Date(start).getTime();
  }

  now(): number {
    return this.time;
  }

  /** Time never goes back: versions and tokens are ordered by it. */
  moveTo(time: number): void {
    this.time = Math.max(this.time, time);
  }
}

/** In milliseconds. */
export function toMilliseconds(duration: Duration | number): number {
  if (typeof duration === 'number') {
    return duration;
  }
  const { days = 0, hours = 0, minutes = 0, seconds = 0 } = duration;
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
