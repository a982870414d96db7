import { badRequest, getReferenceString, OperationOutcomeError } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { User, UserSecurityRequest } from '@medplum/fhirtypes';
import type { Logins } from '../auth/logins.ts';
import { systemContext } from '../auth/session.ts';
import type { Repositories, Session } from '../auth/session.ts';
import type { PasswordRequests } from './password-requests.ts';
import { assertStrong } from './passwords.ts';
import type { Passwords } from './passwords.ts';
import type { SignInLimit } from './sign-in-limit.ts';

export interface AccountOptions {
  repositories: Repositories;
  logins: Logins;
  passwords: Passwords;
  limit: SignInLimit;
  requests: PasswordRequests;
}

/** People's passwords. A new one ends every session that there is. */
export class Accounts {
  private readonly options: AccountOptions;

  constructor(options: AccountOptions) {
    this.options = options;
  }

  /**
   * A person changes their own.
   * @throws OperationOutcomeError
   */
  async change(
    { membership }: Session,
    {
      oldPassword,
      newPassword,
      remoteAddress,
    }: Record<'oldPassword' | 'newPassword', string> & { remoteAddress?: string | undefined },
  ): Promise<void> {
    const { repositories, passwords, limit } = this.options;
    if (!membership.user?.reference?.startsWith('User/')) {
      throw new OperationOutcomeError(badRequest('Existing password not set', 'oldPassword'));
    }
    const user = (await repositories(systemContext()).readReference(membership.user)) as WithId<User>;
    const takeBack = limit.attempt(user.email ?? user.id, remoteAddress);
    if (!(await passwords.matches(oldPassword, user.passwordHash))) {
      throw new OperationOutcomeError(badRequest('Incorrect password', 'oldPassword'));
    }
    takeBack();
    await this.set(user, newPassword, 'newPassword');
  }

  /**
   * Somebody who has the link of a mail sets the password of the one whom it was sent to.
   * @throws OperationOutcomeError
   */
  async redeem(id: string, secret: string, password: string): Promise<void> {
    const { requests, repositories } = this.options;
    const { user } = await requests.open(id, secret);
    const passwordHash = await this.hashStrong(user, password);
    await repositories(systemContext()).withTransaction(async (repository) => {
      // Looked at again: of two that come at once, one is the first.
      const { request, user: present } = await requests.open(id, secret);
      await repository.updateResource<UserSecurityRequest>({ ...request, used: true });
      await this.store({ ...present, emailVerified: true }, passwordHash);
    });
  }

  /** Sets somebody's password, and ends their sessions. */
  async set(user: WithId<User>, password: string, field = 'password'): Promise<void> {
    const passwordHash = await this.hashStrong(user, password, field);
    await this.options.repositories(systemContext()).withTransaction(() => this.store(user, passwordHash));
  }

  private async hashStrong({ email, firstName, lastName }: User, password: string, field?: string): Promise<string> {
    assertStrong(password, [email, firstName, lastName], field);
    return this.options.passwords.hash(password);
  }

  private async store(user: WithId<User>, passwordHash: string): Promise<void> {
    await this.options.repositories(systemContext()).updateResource<User>({ ...user, passwordHash });
    await this.options.logins.revokeAll(getReferenceString(user));
  }
}
