/** Other languages, and the formats in which transcripts come. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { draft, noteText } from '../scribe.ts';
import { isEnglish } from './language.ts';
import { withoutMarkup } from './markup.ts';

describe('another language', () => {
  test.each([
    [
      'German',
      'Ärztin: Was führt Sie heute zu mir?\nPatientin: Ich habe seit drei Tagen Halsschmerzen und nehme Ibuprofen 400 mg.\nÄrztin: Ihr Blutdruck ist 130 zu 85. Ich verschreibe Ihnen Amoxicillin 500 mg dreimal täglich.',
    ],
    [
      'Spanish',
      'Doctor: ¿Qué le trae por aquí hoy?\nPaciente: Me duele la garganta desde hace tres días y no tengo alergias.\nDoctor: Su presión arterial es 130 sobre 85. Le voy a recetar amoxicilina 500 mg tres veces al día.',
    ],
    ['Chinese', '医生：您今天哪里不舒服？\n患者：我喉咙痛三天了。\n医生：我给您开阿莫西林500毫克，每天三次。'],
    ['Arabic', 'الطبيب: ما الذي أتى بك اليوم؟\nالمريض: عندي ألم في الحلق منذ ثلاثة أيام.'],
  ])('%s is not half read: nothing is drafted', (_language, text) => {
    const made = draft(text);
    expect(noteText(made)).toBe('');
    expect([...made.problems, ...made.orders, ...made.observations]).toEqual([]);
  });

  test.each(['Any pain?', 'headache for 3 days', 'Doctor: José, how are you?\nPatient: My knee hurts.'])(
    '"%s" is English',
    (text) => expect(isEnglish(text)).toBe(true),
  );

  test('names of other languages stay whole', () => {
    expect(noteText(draft('[doctor] josé garcía is a 50-year-old male here for knee pain .'))).toMatch(/josé garcía/i);
  });
});

describe('markup', () => {
  const VISIT = ['what brings you in today ?', 'i have had a cough for 3 days .'] as const;

  test.each([
    [
      'HTML',
      `<html><body><p>[doctor] ${VISIT[0]}</p><p>[patient] i have had a <b>cough</b> for 3 days .</p><script>alert(1)</script></body></html>`,
    ],
    ['Markdown', `**Doctor:** ${VISIT[0]}\n**Patient:** i have had a *cough* for 3 days .`],
    [
      'SubRip',
      `1\n00:00:01,000 --> 00:00:04,000\nDoctor: ${VISIT[0]}\n\n2\n00:00:04,000 --> 00:00:08,000\nPatient: ${VISIT[1]}`,
    ],
    [
      'WebVTT',
      `WEBVTT\n\n00:01.000 --> 00:04.000\n<v Doctor>${VISIT[0]}\n\n00:04.000 --> 00:08.000\n<v Patient>${VISIT[1]}`,
    ],
    ['times before the speakers', `[00:01] Doctor: ${VISIT[0]}\n[00:04] Patient: ${VISIT[1]}`],
  ])('of %s is passed over, and evidence stays where it was', (_format, text) => {
    const made = draft(text);
    expect(noteText(made)).toContain('The patient has had a cough for 3 days.');
    expect(noteText(made)).not.toMatch(/script|alert|00:0|\bb\b|webvtt/i);
    const evidence = made.sections.flatMap(({ sentences }) => sentences).flatMap((sentence) => sentence.evidence);
    for (const { text: said, start, end } of evidence) expect(text.slice(start, end)).toBe(said);
  });

  test('only blanks take its place: every offset is as it was', () => {
    const part = fc.constantFrom(
      '<b>',
      '</p>',
      '<br/>',
      '<script>x</script>',
      '&lt;',
      '**',
      '__',
      '# ',
      '\n',
      '00:01 ',
      '<',
      '>',
      'pain',
      ' ',
      '120/80',
      '<5',
      'é😀',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const text = parts.join('');
        const plain = withoutMarkup(text);
        expect(plain).toHaveLength(text.length);
        for (let at = 0; at < text.length; at++) expect([text[at], ' ', '\n']).toContain(plain[at]);
      }),
    );
  });

  test.each(['less than 5 and > 3', 'it was <5 mg', 'from 3 * 2', 'at 10:30 in the morning'])(
    '"%s" has none',
    (text) => {
      expect(withoutMarkup(text).replace(/\*/g, ' ')).toBe(text.replace(/\*/g, ' '));
    },
  );
});
