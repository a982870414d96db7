import { describe, expect, test } from '@jest/globals';
import { PhraseTable } from './phrases.ts';
import { regionOf } from './regions.ts';
import { PROBLEMS, writtenName } from './terminology.ts';

const codeOf = (text: string): string | undefined => PROBLEMS.find(text.split(' '))[0]?.value.code;

describe('phrases', () => {
  const table = new PhraseTable(
    [
      ['pain in knee', 1],
      ['pain', 2],
    ] as const,
    new Set(['my', 'left']),
  );

  test('the longest phrase is found, over words that may stand between its own', () => {
    expect(table.find(['pain', 'in', 'my', 'left', 'knee'])).toEqual([{ value: 1, from: 0, to: 5 }]);
    expect(table.find(['pain', 'in', 'my', 'other', 'knee'])).toEqual([{ value: 2, from: 0, to: 1 }]);
  });
});

describe('problems as they are said', () => {
  test.each([
    ['knee has been killing me', 'M25.569'],
    ['pain in your right shoulder', 'M25.519'],
    ['broken left wrist', 'S52.509A'],
    ['twisted my ankle', 'S93.409A'],
    ['metabolic syndrome', 'E88.810'],
    ["parkinson's disease", 'G20.A1'],
    ['winded', 'R06.02'],
    ['osgood schlatter', 'M92.529'],
  ])('"%s" is %s', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  test('and as they are written', () => {
    expect(writtenName('pain in your left knee')).toBe('knee pain');
    expect(writtenName('knee has been killing')).toBe('knee pain');
    expect(writtenName('broken wrist')).toBe('wrist fracture');
    expect(writtenName('high blood pressure')).toBe('high blood pressure');
  });

  test('a pain and what explains it are of one region', () => {
    expect(regionOf('M25.561')).toBe('knee');
    expect(regionOf('S83.411A')).toBe('knee');
    expect(regionOf('M54.50')).toBe('back');
    expect(regionOf('S39.012A')).toBe('back');
    expect(regionOf('Z00.00')).toBeUndefined();
  });
});
