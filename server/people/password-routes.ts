import { allOk, badRequest, forbidden, isUUID, OperationOutcomeError } from '@medplum/core';
import type { WithId } from '@medplum/core';
import type { Project, User } from '@medplum/fhirtypes';
import { systemContext } from '../auth/session.ts';
import type { Session } from '../auth/session.ts';
import type { Background } from '../http/background.ts';
import { sendMail } from '../http/email.ts';
import { outcomeResponse } from '../http/messages.ts';
import type { ApiRequest, ApiResponse } from '../http/messages.ts';
import type { OpenRoute, SessionRoute } from '../http/router.ts';
import type { AccountOptions, Accounts } from './accounts.ts';
import { assertFields, fieldsOf, isEmail, isText, textOf } from './fields.ts';
import type { FieldCheck } from './fields.ts';
import { resetMail } from './mails.ts';
import { findProjectUser, findUser } from './users.ts';

export interface PasswordRouteOptions extends Pick<AccountOptions, 'repositories' | 'limit' | 'requests'> {
  accounts: Accounts;
  background: Background;
  /** Whose mail server is used where a person belongs to no project alone. */
  homeProject: () => string;
}

/** The routes for those who cannot sign in. */
export function forgottenPasswordRoutes(options: PasswordRouteOptions): OpenRoute[] {
  return [
    { method: 'POST', path: '/auth/resetpassword', handle: (request) => reset(request, options) },
    { method: 'POST', path: '/auth/setpassword', handle: ({ body }) => set(fieldsOf(body), options.accounts) },
  ];
}

/** The routes for those who can, and for their administrator. */
export function passwordRoutes(options: PasswordRouteOptions): SessionRoute[] {
  return [
    {
      method: 'POST',
      path: '/auth/changepassword',
      handle: (request, session) => change(request, session, options.accounts),
    },
    {
      method: 'POST',
      path: '/admin/projects/setpassword',
      handle: ({ body }, session) => setForOther(fieldsOf(body), session, options),
    },
  ];
}

const isLong = (value: unknown): boolean => typeof value === 'string' && value.length >= 8;

const longEnough = (field: string, value: unknown): FieldCheck => [
  field,
  isLong(value),
  'Invalid password, must be at least 8 characters',
];

/** The answer is the same for everybody, and comes before the mail is sent: it does not tell whether there is somebody. */
async function reset({ body, remoteAddress }: ApiRequest, options: PasswordRouteOptions): Promise<ApiResponse> {
  const fields = fieldsOf(body);
  const { email } = fields;
  assertFields([['email', isEmail(email), 'Valid email address between 3 and 72 characters is required']]);
  options.limit.attempt(`reset ${email as string}`, remoteAddress);
  options.background.run(async () => {
    const user = await userToReset(options, email as string, textOf(fields.projectId));
    if (user) {
      const link = await options.requests.create(user, 'reset', textOf(fields.redirectUri));
      if (fields.sendEmail !== false) {
        await sendMail(await projectOf(user, options), resetMail(user, link));
      }
    }
  });
  return outcomeResponse(allOk);
}

function userToReset(
  { repositories }: PasswordRouteOptions,
  email: string,
  projectId: string | undefined,
): Promise<WithId<User> | undefined> {
  return projectId === undefined
    ? findUser(repositories, email, undefined)
    : findProjectUser(repositories, email, projectId);
}

async function projectOf(user: User, { repositories, homeProject }: PasswordRouteOptions): Promise<Project> {
  return repositories(systemContext()).readReference<Project>(
    user.project ?? { reference: `Project/${homeProject()}` },
  );
}

async function set({ id, secret, password }: Record<string, unknown>, accounts: Accounts): Promise<ApiResponse> {
  assertFields([
    ['id', typeof id === 'string' && isUUID(id), 'Invalid request ID'],
    ['secret', isText(secret), 'Missing secret'],
    longEnough('password', password),
  ]);
  await accounts.redeem(id as string, secret as string, password as string);
  return outcomeResponse(allOk);
}

async function change({ body, remoteAddress }: ApiRequest, session: Session, accounts: Accounts): Promise<ApiResponse> {
  const { oldPassword, newPassword } = fieldsOf(body);
  assertFields([['oldPassword', isText(oldPassword), 'Missing oldPassword'], longEnough('newPassword', newPassword)]);
  await accounts.change(session, {
    oldPassword: oldPassword as string,
    newPassword: newPassword as string,
    remoteAddress,
  });
  return outcomeResponse(allOk);
}

/** Of those who belong to this project alone: whoever is in others too is nobody's to let in. */
async function setForOther(
  { email, password }: Record<string, unknown>,
  session: Session,
  { accounts, repositories }: PasswordRouteOptions,
): Promise<ApiResponse> {
  if (!session.context.admin) {
    return outcomeResponse(forbidden);
  }
  assertFields([['email', isEmail(email), 'Valid email address is required'], longEnough('password', password)]);
  const user = await findProjectUser(repositories, email as string, session.project.id);
  if (!user) {
    throw new OperationOutcomeError(badRequest('User not found'));
  }
  await accounts.set(user, password as string);
  return outcomeResponse(allOk);
}
