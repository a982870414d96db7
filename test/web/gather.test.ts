import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { gathering } from '../../web/src/fhir/gather.ts';

describe('changes that come in bursts', () => {
  let passed: string[][] = [];
  const gather = () => gathering<string>((all) => passed.push([...all]), { quietMs: 150, longestMs: 1_000 });

  beforeEach(() => {
    passed = [];
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('one is told soon, several at once are told together, each once', () => {
    const tell = gather();
    tell('Slot');
    jest.advanceTimersByTime(150);
    expect(passed).toEqual([['Slot']]);
    for (let write = 0; write < 50; write++) {
      tell(write % 2 ? 'Slot' : 'Appointment');
    }
    jest.advanceTimersByTime(150);
    expect(passed.slice(1)).toEqual([['Appointment', 'Slot']]);
    jest.advanceTimersByTime(10_000);
    expect(passed).toHaveLength(2);
  });

  test('a stream that does not end is told about once a second', () => {
    const tell = gather();
    for (let ms = 0; ms < 5_000; ms += 50) {
      tell('Task');
      jest.advanceTimersByTime(50);
    }
    expect(passed.length).toBeGreaterThanOrEqual(4);
    expect(passed.length).toBeLessThanOrEqual(6);
  });
});
