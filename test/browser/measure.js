// Runs in the page: how far it scrolls sideways, how light its ground is, the contrast of each text.
;(() => {
  const channels = (color) => (color.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = (color) => {
    const [r, g, b] = channels(color)
      .slice(0, 3)
      .map((each) => each / 255)
      .map((each) => (each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ground = (element) => {
    if (!element) return 'rgb(255, 255, 255)'
    const color = getComputedStyle(element).backgroundColor
    return channels(color)[3] === 0 ? ground(element.parentElement) : color
  }
  const contrast = (element) => {
    const [text, back] = [getComputedStyle(element).color, ground(element)].map(luminance)
    return (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05)
  }
  const texts = [...document.querySelectorAll('body, body *')].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()),
  )
  return {
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    ground: luminance(ground(document.body)),
    contrasts: texts.map((element) => [element.outerHTML.slice(0, 80), contrast(element)]),
  }
})()
