// The first script of every page: the runner's token leaves the address before anything else can read it.
(() => {
  const takeToken = () => {
    const match = /(?:^#|&)token=([\w-]+)/.exec(location.hash);
    if (!match) return false;
    sessionStorage.setItem("ring3:token", match[1]);
    history.replaceState(history.state, "", location.pathname + location.search);
    return true;
  };
  takeToken();
  // The address of a runner that was started again, opened in a tab that is here already, changes nothing but the fragment.
  addEventListener("hashchange", () => takeToken() && location.reload());
})();
