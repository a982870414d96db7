import { compare, hash } from 'bcrypt';
import { badRequest, OperationOutcomeError } from '@medplum/core';

/** Each round doubles the work of whoever tries out passwords, and ours. */
const ROUNDS = 12;

const MIN_LENGTH = 8;

/** bcrypt looks at no more. */
const MAX_BYTES = 72;

/** A hash that no password has, to be compared with where there is nobody. Of the same number of rounds. */
const NOBODY = `$2b$${ROUNDS}$${'.'.repeat(53)}`;

/** What people put a number or a sign behind and take for a password. */
const COMMON = new Set(
  (
    'password passwort passw pass word secret geheim welcome willkommen bienvenue bienvenido hello hallo bonjour ' +
    'letmein login admin administrator root user guest gast test testing demo default changeme changeit master ' +
    'medplum careline clinic klinik doctor praxis nurse patient health hospital qwerty qwertz qwertyuiop azerty asdf ' +
    'asdfgh asdfghjkl zxcvbn zxcvbnm yxcvbnm qazwsx abc abcd abcdef iloveyou ichliebedich tequiero jetaime sunshine ' +
    'princess prinzessin dragon monkey football fussball baseball basketball superman batman starwars pokemon shadow ' +
    'michael jennifer jordan charlie daniel thomas robert jessica ashley summer winter spring autumn sommer herbst ' +
    'fruehling january february march april june july august september october november december monday friday sunday ' +
    'money freedom whatever trustno trustnoone internet computer service support system access london berlin paris'
  ).split(' '),
);

/** Digits and signs that stand for letters. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  $: 's',
  '@': 'a',
};

/** So many at once: the other threads of the process are for files and for signing tokens. */
const AT_ONCE = 2;

/** Makes and checks what is kept of passwords, in threads of their own: it takes a good part of a second. */
export class Passwords {
  private readonly onCheck: () => void;
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param onCheck - Hears of every check: one for each attempt, whoever it is for. */
  constructor(onCheck: () => void = () => undefined) {
    this.onCheck = onCheck;
  }

  /** What is kept of a password. */
  async hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password, ROUNDS));
  }

  /**
   * Is this the password behind a hash? Without a hash the same work is done, so that the time does not tell whether
   * there is somebody.
   */
  async matches(password: string, kept: string | undefined): Promise<boolean> {
    this.onCheck();
    const same = await this.inTurn(() => compare(password, kept ?? NOBODY));
    return same && kept !== undefined;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running === AT_ONCE) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running++;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) {
        next();
      } else {
        this.running--;
      }
    }
  }
}

/**
 * Refuses a password that would be guessed: too short, too long to count, one of those that everybody has, a row of
 * keys, a repetition, or what is known of its owner.
 * @param known - The owner's e-mail address and names.
 * @throws OperationOutcomeError
 */
export function assertStrong(
  password: unknown,
  known: readonly (string | undefined)[] = [],
  field = 'password',
): asserts password is string {
  const reason = weakness(password, known);
  if (reason) {
    throw new OperationOutcomeError(badRequest(reason, field));
  }
}

/** Why a password would be guessed; undefined where it is good. */
export function weakness(password: unknown, known: readonly (string | undefined)[] = []): string | undefined {
  if (typeof password !== 'string' || password.length < MIN_LENGTH) {
    return `Invalid password, must be at least ${MIN_LENGTH} characters`;
  }
  if (Buffer.byteLength(password) > MAX_BYTES) {
    return `Invalid password, must be at most ${MAX_BYTES} bytes`;
  }
  const bare = lettersOf(password);
  const own = known.flatMap((text) => (text ?? '').toLowerCase().split(/[^\p{L}\d]+/u));
  if (COMMON.has(bare) || own.some((word) => word.length > 2 && lettersOf(word) === bare) || isMonotonous(password)) {
    return 'This password is easy to guess. Choose another one, such as three words that do not belong together.';
  }
  return undefined;
}

/** `P@ssw0rd2024!` is `password`. */
function lettersOf(password: string): string {
  return password
    .toLowerCase()
    .replace(/^[^\p{L}@$]+|[^\p{L}@$]+$/gu, '')
    .replace(/[01345$@]/g, (sign) => LOOK_ALIKES[sign] as string)
    .replace(/[^\p{L}]+/gu, '');
}

/** Few different characters, or each beside the one before: `aaaabbbb`, `12345678`, `hgfedcba`. */
function isMonotonous(password: string): boolean {
  const codes = [...password.toLowerCase()].map((char) => char.codePointAt(0) as number);
  const steps = new Set(codes.slice(1).map((code, index) => code - (codes[index] as number)));
  return new Set(codes).size < 5 || steps.size === 1;
}
