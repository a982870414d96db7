import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { agrees } from './agree.ts';
import { digest } from './digest.ts';
import type { Answer, Step, Story } from './story.ts';
import { fill } from './variables.ts';
import type { Variables } from './variables.ts';

/** The server that is asked, and its project's administrator. */
export interface Asked {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly projectId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const PATIENCE = 15_000;

/** Asks a server what a story asks, step by step. */
export class Player {
  private readonly asked: Asked;
  private readonly variables: Variables;

  constructor(asked: Asked) {
    this.asked = asked;
    this.variables = new Map<string, unknown>([
      // `@medplum/core` takes the `eb7` that one id of 400 begins with for a prefix ("ends before 7…") where a search
      // over types asks for it, and either server refuses that: not with a digit first.
      ['run', `0${randomUUID().slice(1)}`],
      ['project', { id: asked.projectId }],
      ['admin', { id: asked.clientId, secret: asked.clientSecret }],
      ['base', asked.baseUrl],
    ]);
  }

  /** The answer to a step; of one that may take a while, the one expected or else the last. */
  async play(step: Step, expected: Answer): Promise<Answer> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const answer = await this.ask(step);
      if (!step.eventually || agrees(expected, answer) || Date.now() > deadline) {
        return answer;
      }
      await delay(100);
    }
  }

  private async ask(step: Step): Promise<Answer> {
    const { baseUrl } = this.asked;
    const [method = '', ...rest] = fill(step.send as string, this.variables).split(' ');
    const path = rest.join(' ');
    const url = path.startsWith('http') ? path : `${baseUrl}${path.startsWith('/') ? '' : '/fhir/R4/'}${path}`;
    const body = fill(step.body, this.variables);
    const response = await fetch(url, {
      method,
      headers: this.headers(step),
      redirect: 'manual',
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status === 429) {
      // Medplum lets one address sign in five times a minute.
      await delay(Number(/_msBeforeNext\\?":(\d+)/.exec(text)?.[1] ?? 1000));
      return this.ask(step);
    }
    if (step.keep && text !== '') {
      this.variables.set(step.keep, parsed(text));
    }
    const location = response.headers.get('content-location');
    if (location !== null) {
      this.variables.set('location', location);
    }
    return digest({ status: response.status, headers: response.headers, text }, path, baseUrl, this.variables);
  }

  private headers({ as, headers, body }: Step): Record<string, string> {
    const signed =
      as === 'nobody'
        ? undefined
        : fill(as ? `{${as.client}.id}:{${as.client}.secret}` : '{admin.id}:{admin.secret}', this.variables);
    return {
      ...(signed && { authorization: `Basic ${Buffer.from(signed).toString('base64')}` }),
      ...(body !== undefined && typeof body !== 'string' && { 'content-type': 'application/fhir+json' }),
      ...fill(headers ?? {}, this.variables),
    };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The steps of all stories, with the names of their stories. */
export function stepsOf(stories: readonly Story[]): { story: Story; step: Step }[] {
  return stories.flatMap((story) => story.steps.map((step) => ({ story, step })));
}
