// Material puts the copy button of each code block into a <nav> without a name. To a screen
// reader a page with twenty blocks then has twenty nameless landmarks.
const unmark = () => {
  for (const nav of document.querySelectorAll(".md-code__nav")) nav.setAttribute("role", "none");
};
document$.subscribe(() => {
  unmark();
  new MutationObserver(unmark).observe(document.querySelector(".md-content"), {
    childList: true,
    subtree: true,
  });
});
