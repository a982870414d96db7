import { describe, expect, test } from '@jest/globals';
import { settingProblems } from './settings.ts';

const RIGHT = {
  QUIET_HOURS: '21:00-08:00',
  MESSAGES_PER_DAY: '3',
  CLINIC_TIMEZONE: 'Europe/Vienna',
  CLINIC_COUNTRY: 'AT',
};

describe('settings of messages', () => {
  test('that can be read, or are not there, are no problem', () => {
    expect(settingProblems(RIGHT)).toEqual([]);
    expect(settingProblems({})).toEqual([]);
    expect(settingProblems({ QUIET_HOURS: ' ' })).toEqual([]);
  });

  test.each([
    ['QUIET_HOURS', '21-8'],
    ['MESSAGES_PER_DAY', 'three'],
    ['CLINIC_TIMEZONE', 'Wien'],
    ['CLINIC_COUNTRY', 'Austria'],
  ])('%s that says "%s" is named, and its value is not shown', (name, value) => {
    const [problem, ...others] = settingProblems({ ...RIGHT, [name]: value });
    expect(problem).toContain(name);
    expect(problem).not.toContain(value);
    expect(others).toEqual([]);
  });
});
