// On a phone the sidebar lies above the page: it goes as soon as a page was chosen in it.

const PHONE = matchMedia("(max-width: 768px)"); // from here on Streamlit lays it above the page

document.addEventListener("click", (event) => {
  if (!PHONE.matches || !event.target.closest('[data-testid="stSidebarNavLink"]')) return;
  document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
});
