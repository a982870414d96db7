import { badRequest, createReference, notFound, OperationOutcomeError } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { User, UserSecurityRequest } from '@medplum/fhirtypes';
import { sameSecret } from '../auth/keys.ts';
import { newSecret } from '../auth/logins.ts';
import { systemContext } from '../auth/session.ts';
import type { Repositories } from '../auth/session.ts';
import type { Clock } from '../clock.ts';

const HOUR = 3_600_000;

/** How long the link in a mail is good for. */
const LIFETIMES = { invite: 7 * 24 * HOUR, reset: HOUR } as const;

/** The links by which a person sets a password: each good once, and for a while. */
export class PasswordRequests {
  private readonly repositories: Repositories;
  private readonly clock: Clock;
  private readonly appBaseUrl: string;

  constructor(options: { repositories: Repositories; clock: Clock; appBaseUrl: string }) {
    this.repositories = options.repositories;
    this.clock = options.clock;
    this.appBaseUrl = options.appBaseUrl;
  }

  /** Makes a link for a person. */
  async create(user: WithId<User>, type: keyof typeof LIFETIMES, redirectUri?: string): Promise<string> {
    const { id, secret } = await this.repositories(systemContext()).createResource<UserSecurityRequest>({
      resourceType: 'UserSecurityRequest',
      ...(user.meta?.project && { meta: { project: user.meta.project } }),
      type,
      user: createReference(user),
      secret: newSecret(16),
      expiresAt: new Date(this.clock.now() + LIFETIMES[type]).toISOString(),
      ...(redirectUri && { redirectUri }),
    });
    return `${this.appBaseUrl}/setpassword/${id}/${secret}`;
  }

  /**
   * The person whom a link is for, as long as it is good.
   * @throws OperationOutcomeError
   */
  async open(id: string, secret: string): Promise<{ request: WithId<UserSecurityRequest>; user: WithId<User> }> {
    const server = this.repositories(systemContext());
    const request = await server.readResource<UserSecurityRequest>('UserSecurityRequest', id);
    if (request.used) {
      throw new OperationOutcomeError(badRequest('Already used'));
    }
    if (request.type === 'verify-email') {
      throw new OperationOutcomeError(badRequest('Invalid request type'));
    }
    if (!sameSecret(request.secret, secret)) {
      throw new OperationOutcomeError(badRequest('Incorrect secret'));
    }
    if (request.expiresAt && Date.parse(request.expiresAt) < this.clock.now()) {
      throw new OperationOutcomeError(badRequest('This link has expired. Ask for a new one.'));
    }
    const user = await server.readReference(request.user).catch(() => undefined);
    if (!user) {
      throw new OperationOutcomeError(notFound);
    }
    return { request, user };
  }
}
