// How many stops the keyboard has on a page.
() =>
  [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, audio[controls], video[controls]",
  )].filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({ visibilityProperty: true })).length
