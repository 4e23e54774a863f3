// On narrow screens the two lists of a pressed word lie below the table: they are brought into view.
document.addEventListener("click", function (event) {
  var lists = document.getElementById("versus-lists");
  if (!lists || !event.target.closest || !event.target.closest(".versus-word button")) return;
  var calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  lists.closest(".mantine-Card-root").scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
});
