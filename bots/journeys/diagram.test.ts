import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { PlanDefinition } from '@medplum/fhirtypes';
import { readDefinition } from './definition.ts';
import { diagramOf } from './diagram.ts';

const root = new URL('../../', import.meta.url);
const folder = new URL('resources/journeys/', root);

test.each(readdirSync(folder))('%s is drawn: every stage is a box that an arrow leads to', (file) => {
  const source = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as PlanDefinition;
  const { definition, problems } = readDefinition(source);
  expect(problems).toEqual([]);
  const drawn = diagramOf(definition);
  for (const [index, { title }] of definition.stages.entries()) {
    expect(drawn).toContain(`  s${index}["<b>${title}</b>`);
    expect(drawn).toMatch(new RegExp(`-->\\|"[^"]+"\\| s${index}\n`));
  }
});

test('the command prints what a designer reads', async () => {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['scripts/diagram.ts', 'resources/journeys/chronic-care.json'], {
    cwd: root,
  });
  expect(stdout).toContain('  s0 -->|"30 d after Enrolment"| s1\n');
  expect(stdout).toContain('2 times, every 30 d');
  expect(stdout).toContain('  s2 -->|"appointment-noshow"| s3\n');
  expect(stdout).toContain('• Remind 3 days before (3 d before the appointment)');
  await expect(run(process.execPath, ['scripts/diagram.ts', 'package.json'], { cwd: root })).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('package.json is no PlanDefinition'),
  });
});

test('a title changes nothing but its own words', () => {
  const action = [{ title: '"]; x["<script>\n', code: [{ coding: [{ code: 'a' }] }] }];
  const { definition } = readDefinition({ resourceType: 'PlanDefinition', status: 'active', action });
  expect(diagramOf(definition)).toContain('  s0["<b>#34;#93;; x#91;#34;#60;script#62; </b>"]\n');
});
