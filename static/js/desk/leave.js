// Signing out clears this device of the account's words. Those that no server has yet are sent first; where that does not
// work, their author decides.
import { button, make } from "./words.js";

const keeper = document.getElementById("desk-keeper");

export const guardSignOut = (outbox) => {
  for (const form of document.querySelectorAll('form[action$="/sign-out/"]')) {
    let decided = false;
    form.addEventListener("submit", async (event) => {
      const { store } = outbox;
      const isLeft = () => store.mine().some(({ words, isNew }) => !isNew || words.text.trim());
      if (decided || !isLeft()) {
        store.clear();
        return;
      }
      event.preventDefault();
      await outbox.flush();
      const go = () => {
        decided = true;
        form.requestSubmit();
      };
      if (!isLeft()) {
        go();
        return;
      }
      const ask = make(
        "div",
        { class: "notice notice--warning desk-leave", role: "alert" },
        make("p", {}, keeper.dataset.leaveWhy),
        make("div", { class: "actions" }, button(keeper.dataset.leave, go, "button--danger"), button(keeper.dataset.stay, () => ask.remove())),
      );
      document.querySelector(".desk-leave")?.remove();
      document.getElementById("main").prepend(ask);
      ask.querySelector("button:last-of-type").focus();
    });
  }
};
