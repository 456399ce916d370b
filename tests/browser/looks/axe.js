// What axe finds, a line a rule: how often, an element, and why.
async (options) => {
  const { violations } = await axe.run(document, options);
  return violations.map((found) => {
    const [first] = found.nodes;
    const why = first.any[0] || first.all[0] || first.none[0] || { message: found.help };
    return `${found.id}: ${found.nodes.length} × ${first.html.slice(0, 90)} — ${why.message}`;
  });
}
