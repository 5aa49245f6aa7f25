/**
 * The page's only script, and an optional one: it adds a button that copies a command. Without it
 * every command can still be selected by hand.
 */
export const SCRIPT = `
for (const box of document.querySelectorAll('.command')) {
  const code = box.querySelector('code');
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', 'Copy command');
  const select = () => getSelection().selectAllChildren(code);
  button.addEventListener('click', () => {
    if (!navigator.clipboard) return select();
    navigator.clipboard.writeText(code.textContent).then(() => {
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    }, select);
  });
  box.append(button);
}
`;
