import { allOk, badRequest, forbidden, OperationOutcomeError } from '@medplum/core';
import { createTransport } from 'nodemailer';
import type { SendMailOptions } from 'nodemailer';
import type { Session } from '../auth/session.ts';
import { outcomeResponse } from './messages.ts';
import type { ApiRequest, ApiResponse } from './messages.ts';
import { isRecord } from './records.ts';
import type { SessionRoute } from './router.ts';

/** `MedplumClient.sendEmail`: hands a message to the project's SMTP server. */
export function emailRoute(): SessionRoute {
  return { method: 'POST', path: '/email/v1/send', handle: sendEmail };
}

async function sendEmail(request: ApiRequest, session: Session): Promise<ApiResponse> {
  if (!session.context.admin || !session.project.features?.includes('email')) {
    return outcomeResponse(forbidden);
  }
  const message = isRecord(request.body) ? request.body : {};
  for (const name of ['to', 'subject']) {
    if (!message[name]) {
      throw new OperationOutcomeError(badRequest(`${name === 'to' ? 'To' : 'Subject'} is required`, name));
    }
  }
  const url = setting(session, 'SMTP_URL');
  if (!url) {
    throw new OperationOutcomeError(badRequest('This server sends no e-mail: set SMTP_URL'));
  }
  const from = setting(session, 'MAIL_FROM') ?? message.from;
  if (typeof from !== 'string') {
    throw new OperationOutcomeError(badRequest('Nobody to send it from: set MAIL_FROM'));
  }
  const options: SendMailOptions = { ...message, from, sender: from, disableFileAccess: true, disableUrlAccess: true };
  const transport = createTransport(url);
  try {
    await transport.sendMail(options);
  } catch (err) {
    const { responseCode, code } = err as { responseCode?: number; code?: string };
    throw new OperationOutcomeError(badRequest(`The mail server refused the message (${responseCode ?? code})`));
  } finally {
    transport.close();
  }
  return outcomeResponse(allOk);
}

function setting({ project }: Session, name: string): string | undefined {
  return project.secret?.find((secret) => secret.name === name)?.valueString;
}
