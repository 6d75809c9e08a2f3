import { find, write } from "../dom.js";
import { onSubmit } from "./message.js";

/**
 * Logging in, signing up, and the code of a second factor.
 * @param {import("../session.js").Session} session
 * @param {import("./message.js").Message} message
 */
export function welcomeView(session, message) {
  const root = find("#welcome");
  const forms = {
    login: /** @type {HTMLFormElement} */ (find("#login", root)),
    signup: /** @type {HTMLFormElement} */ (find("#signup", root)),
    otp: /** @type {HTMLFormElement} */ (find("#otp", root)),
  };
  const tabs = {
    login: find('[data-testid="show-login"]', root),
    signup: find('[data-testid="show-signup"]', root),
  };
  let challengeId = "";

  /** @param {"login" | "signup" | "otp"} name */
  function show(name) {
    for (const [key, form] of Object.entries(forms)) form.hidden = key !== name;
    for (const [key, tab] of Object.entries(tabs)) tab.setAttribute("aria-pressed", String(key === name));
    find("input", forms[name]).focus();
  }

  /** @param {import("../session.js").Challenge | null} challenge */
  function next(challenge) {
    if (!challenge) return;
    challengeId = challenge.challengeId;
    write(forms.otp, "advice", advice(challenge));
    show("otp");
  }

  for (const name of /** @type {const} */ (["login", "signup"])) {
    tabs[name].addEventListener("click", () => {
      message.clear();
      show(name);
    });
  }
  onSubmit(forms.login, message, async ({ email = "", password = "" }) => {
    next(await session.logIn(email.trim(), password));
  });
  onSubmit(forms.signup, message, async ({ name = "", email = "", password = "" }) => {
    next(await session.signUp({ name: name.trim(), email: email.trim(), password }));
  });
  onSubmit(forms.otp, message, ({ code = "" }) => session.answer(challengeId, code.trim()));

  return {
    show() {
      for (const form of Object.values(forms)) form.reset();
      root.hidden = false;
      show("login");
    },
    hide() {
      root.hidden = true;
      for (const form of Object.values(forms)) form.reset();
    },
  };
}

/** @param {import("../session.js").Challenge} challenge */
function advice({ method, expiresIn }) {
  const minutes = Math.max(1, Math.round(expiresIn / 60));
  const where = method === "totp" ? "your authenticator shows" : "we have just sent you";
  return `Type the code that ${where}. It is good for ${minutes} minutes.`;
}
