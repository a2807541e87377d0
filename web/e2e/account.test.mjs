// One's own account: the second factor, the sessions, the password.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { PASSWORD } from "./deck.mjs";
import { accessible, enter, logIn, PHONE, settled, shot, suite } from "./story.mjs";

const story = suite();
const account = (page) => page.getByRole("region", { name: "Account" });
const NEXT = "slate-harbour-lamp";

async function choose(page, item) {
  await page.getByRole("button", { name: /log out/ }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

async function openAccount(page) {
  await choose(page, "Account");
  await account(page).getByRole("heading", { name: "Sessions" }).waitFor();
  await account(page).getByText("this one").waitFor();
  await settled(account(page));
}

// What an authenticator app does with the key that it is shown (RFC 6238), some steps of 30 seconds from now.
function totp(key, steps = 0) {
  const bits = [...key.replace(/\s/g, "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", secret).update(counter).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

// Not the code of any step near now.
function wrongCode(key) {
  const near = [-2, -1, 0, 1, 2].map((steps) => totp(key, steps));
  return ["000000", "111111", "222222", "333333", "444444", "555555"].find((code) => !near.includes(code));
}

story("a second factor is set up, asked for at the next login, and removed", async ({ page, deck }) => {
  await enter(page, deck);
  await openAccount(page);
  await accessible(page, "the account");
  await shot(page, "account-dark");

  // Nobody waits ten minutes here for the password to be needed again: what stands between says that it is.
  const refusal = { error: { code: "password_needed", message: "That needs your password again." } };
  await page.route("**/api/session/factor", (route) => route.fulfill({ status: 403, json: refusal }), { times: 1 });
  await account(page).getByRole("button", { name: "Set up" }).click();
  const again = page.getByRole("dialog", { name: "Your password, once more" });
  await again.getByLabel("Your password").fill("not the password");
  await page.keyboard.press("Enter");
  await again.getByText("That is not your password.").waitFor();
  await settled(again);
  await accessible(page, "the password, once more");
  await shot(page, "account-password-again");
  await again.getByLabel("Your password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await again.waitFor({ state: "detached" });

  const key = await account(page).locator(".account-secret").textContent();
  assert.match(key, /^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/, "in groups of four");
  const address = await account(page).getByRole("link").getAttribute("href");
  assert.ok(address.startsWith("otpauth://totp/Stardeck:ada") && address.includes(key.replaceAll(" ", "")), address);
  const first = account(page).getByLabel("First code");
  await first.fill(wrongCode(key));
  await page.keyboard.press("Enter");
  await account(page).getByText("That code is wrong").waitFor();
  await accessible(page, "a second factor that is set up");
  await shot(page, "account-factor");
  await first.fill(totp(key));
  await page.keyboard.press("Enter");
  await account(page).getByText("In force").waitFor();

  await choose(page, "Log out");
  await logIn(page);
  const code = page.getByLabel("Six-digit code");
  await code.waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "field-code");
  assert.equal(await code.getAttribute("autocomplete"), "one-time-code");
  assert.equal(await code.getAttribute("inputmode"), "numeric");
  await page.keyboard.type(wrongCode(key));
  await page.keyboard.press("Enter");
  await page.getByText("That code is wrong").waitFor();
  await accessible(page, "the code");
  await shot(page, "entrance-code");
  await page.getByRole("button", { name: "Back" }).click();
  await logIn(page);
  // The code that the factor was confirmed with is used up: the next one is good as well.
  await code.fill(totp(key, 1));
  await page.keyboard.press("Enter");
  await page.locator(".top-bar").waitFor();

  await account(page).getByRole("button", { name: "Remove…" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await account(page).getByRole("button", { name: "Set up" }).waitFor();
  await choose(page, "Log out");
  await enter(page, deck);
});

story("a login that takes too many codes begins again with the password, and says why", async ({ page, deck }) => {
  await page.goto(deck.url);
  const say = (status, code, message, details) => ({ status, json: { error: { code, message, details } } });
  await page.route("**/api/login", (route) => route.fulfill(say(401, "code_needed", "-", { challenge: "gone" })), { times: 1 });
  await logIn(page);
  // To the server, such a challenge is as good as one that has expired.
  await page.getByLabel("Six-digit code").fill("123456");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("Begin again with the password.").waitFor();
  assert.equal(await page.getByLabel("User name").inputValue(), "ada", "the name need not be typed again");
  await logIn(page);
  await page.locator(".top-bar").waitFor();
});

story("a session that is ended here is told in its own browser", async ({ page, deck }) => {
  const other = await page.context().browser().newContext({ userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" });
  const there = await other.newPage();
  await enter(there, deck);
  await enter(page, deck);
  await openAccount(page);
  await page.emulateMedia({ colorScheme: "light" });
  const theirs = account(page).getByRole("listitem").filter({ hasText: "Firefox on Linux" });
  await theirs.getByText(/^127\.0\.0\.1 · logged in .* ago · seen .* ago$/).waitFor();
  await accessible(page, "the account in light");
  await shot(page, "account-light");
  await theirs.getByRole("button", { name: "End the session of Firefox on Linux" }).click();
  await there.getByRole("heading", { name: "Your session has ended" }).waitFor();
  await theirs.waitFor({ state: "detached" });
  await other.close();
});

story("on a phone the account fills the screen, and goes to the dock and back", async ({ page, deck }) => {
  await enter(page, deck);
  await openAccount(page);
  assert.equal((await settled(account(page))).width, 390);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await accessible(page, "the account on a phone");
  await shot(page, "account-phone");
  const dock = page.getByRole("navigation", { name: "Dock" }).getByRole("button", { name: /^Account/ });
  await dock.tap();
  await account(page).waitFor({ state: "hidden" });
  await dock.tap();
  await account(page).getByRole("button", { name: "Close" }).tap();
  await dock.waitFor({ state: "detached" });
}, PHONE);

story("the password is changed by keyboard, and the new one counts", async ({ page, deck }) => {
  await enter(page, deck);
  await openAccount(page);
  const current = account(page).getByLabel("Current password");
  await current.fill("not the password");
  await account(page).getByLabel("New password").fill(NEXT);
  await page.keyboard.press("Enter");
  await account(page).getByText("That is not your password.").waitFor();
  await current.fill(PASSWORD);
  await account(page).getByLabel("New password").fill("password1");
  await page.keyboard.press("Enter");
  await account(page).getByText("among the first that anybody would try").waitFor();
  await account(page).getByLabel("New password").fill(NEXT);
  await page.keyboard.press("Enter");
  await page.getByText("Your password was changed").waitFor();
  assert.equal(await current.inputValue(), "");

  await choose(page, "Log out");
  await logIn(page);
  await page.getByRole("alert").getByText("The name or the password is wrong.").waitFor();
  await logIn(page, NEXT);
  await page.locator(".top-bar").waitFor();
});
