import { describe, expect, test } from '@jest/globals';
import { isExpression } from './expression-check.ts';

describe('an expression of a condition', () => {
  test.each([
    'true',
    'active = true',
    "name.where(use = 'official' and given.exists()).family.first() & ' '",
    "gender = 'male' or birthDate <= today() - 18 years",
    "%answers.item.where(linkId = 'pain').answer.valueInteger.first() > 7",
    "%stageAnswers.item.empty() and %appointment.status = 'booked'",
    "iif(active, 'a', 'b') = 'a'",
    "name.given.first() = 'it\\'s (fine), really'",
    'active = true // a remark at its end',
    'generalPractitioner.first()',
    '-1 < 2',
  ])('%s can be evaluated', (expression) => {
    expect(isExpression(expression)).toBe(true);
  });

  test.each([
    ['nothing', ' '],
    ['a word too many', 'active = true nonsense'],
    ['a parenthesis too many', 'active = true)'],
    ['an operator that FHIRPath does not have', 'active == true'],
    ['a sentence', "gender = 'male'; active"],
    ['a remark with something behind it', 'active /* or not */ = true'],
    ['an argument too many without a comma', "name.where(use = 'official' family.exists()).exists()"],
    ['a comma with nothing behind it', "name.where(use = 'official',).exists()"],
    ['a text that does not end', "gender = 'male"],
    ['a remark that does not end', 'active /* or not'],
    ['an open parenthesis', '(active'],
    ['a function that there is not', 'nonsense()'],
    ['such a one inside of another', 'name.where(nonsense()).exists()'],
    ['a variable that there is not', '%encounter.exists()'],
    ['such a one inside of a function', 'name.where(%encounter.exists()).exists()'],
  ])('with %s is refused: %s', (_what, expression) => {
    expect(isExpression(expression)).toBe(false);
  });
});
