import type { Page } from 'playwright-core';

/** What the focused control is called: its label, or its own text. Empty where nothing has the focus. */
export async function focused(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => {
    const control = document.activeElement;
    const label = control.getAttribute('aria-label') ?? control.labels?.[0]?.textContent ?? control.textContent;
    return control === document.body ? '' : label.replace(/\\s+/g, ' ').trim();
  })()`);
}

/** A field of the calendar that has the focus, as `column cell`. */
export const focusedCell = (page: Page): Promise<string> =>
  page.evaluate<string>(`document.activeElement.getAttribute('data-cell') ?? ''`);

/** Presses a key until the focus is on a control of that name. */
export async function pressUntil(page: Page, key: string, name: string | RegExp, limit = 60): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses <= limit; presses++) {
    const now = await focused(page);
    if (typeof name === 'string' ? now === name : name.test(now)) {
      return;
    }
    seen.push(now);
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${String(name)}, only to: ${seen.join(' | ')}`);
}

/** Goes to a control with the tab key, once it is there, and presses Enter. */
export async function enter(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).or(page.getByRole('link', { name })).first().waitFor();
  await pressUntil(page, 'Tab', name);
  await page.keyboard.press('Enter');
}

/** From anywhere to a field of the calendar with the keyboard alone: into the grid by Tab, through it by arrow keys. */
export async function goToCell(page: Page, column: number, cell: RegExp): Promise<void> {
  await pressUntil(page, 'Tab', /^\d+:\d\d [AP]M /);
  for (let left = 0; left < 8; left++) {
    await page.keyboard.press('ArrowLeft');
  }
  for (let right = 0; right < column; right++) {
    await page.keyboard.press('ArrowRight');
  }
  await page.keyboard.press('Home');
  await pressUntil(page, 'ArrowDown', cell);
}
