// Buttons that copy what stands before them. Without scripts, the text can be selected by a click.
for (const one of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain copy";
  button.textContent = one.dataset.copy;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(one.textContent.trim());
      button.textContent = one.dataset.copied;
    } catch {
      getSelection().selectAllChildren(one);
    }
    setTimeout(() => { button.textContent = one.dataset.copy; }, 2500);
  });
  button.setAttribute("aria-live", "polite");
  one.after(button);
}
