import type { Project, User } from '@medplum/fhirtypes';
import type { SendMailOptions } from 'nodemailer';

/** To somebody who has forgotten their password, or of whom somebody says so. */
export function resetMail({ email }: User, link: string): SendMailOptions {
  return {
    to: email,
    subject: 'Set a new password',
    text: lines(
      'Somebody asked for a new password for this address. To set it, open this link within an hour:',
      link,
      'If it was not you, nothing needs to be done: the old password stays as it is.',
    ),
  };
}

/** To somebody new. */
export function invitationMail({ email }: User, { name = 'a clinic' }: Project, link: string): SendMailOptions {
  return {
    to: email,
    subject: `Your access to ${name}`,
    text: lines(`You were invited to ${name}. To choose a password, open this link within seven days:`, link),
  };
}

/** To somebody who can sign in already, and now can in one more project. */
export function welcomeMail({ email }: User, { name = 'a clinic' }: Project, appBaseUrl: string): SendMailOptions {
  return {
    to: email,
    subject: `Your access to ${name}`,
    text: lines(
      `You were invited to ${name}. Sign in as you do already; ${name} is then among your choices:`,
      appBaseUrl,
    ),
  };
}

function lines(...paragraphs: string[]): string {
  return `${paragraphs.join('\n\n')}\n`;
}
