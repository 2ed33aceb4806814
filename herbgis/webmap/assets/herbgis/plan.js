/* The sites of a plan: polygons from close by, and a diamond each. */
(function (herbgis) {
  "use strict";

  const { element, colour, unpack } = herbgis;
  const LOOKS = {
    new: { fillColor: "plan", color: "paper", radius: 8, weight: 1.5 },
    enlarge: { fillColor: "paper", color: "plan", radius: 7, weight: 3 },
    rejected: { fillColor: "paper", color: "rejected", radius: 4, weight: 1.2 },
  };

  function popup(site) {
    const rows = site.rows.flatMap(([name, said]) => [
      element("dt", "", name),
      element("dd", "", said),
    ]);
    return element("div", "hg-popup", [
      element("h3", "", site.name),
      herbgis.tags(site.tags, null),
      element("dl", "", rows),
    ]);
  }

  function bound(layer, site) {
    return layer
      .bindTooltip(() => element("div", "hg-tip", element("b", "", site.name)), {
        sticky: true,
        direction: "top",
      })
      .bindPopup(() => popup(site), { maxWidth: 340 });
  }

  function drawn(site, steps) {
    const look = LOOKS[site.role];
    const mark = new herbgis.Mark(site.at, {
      ...look,
      shape: "diamond",
      color: colour(look.color),
      fillColor: colour(look.fillColor),
      fillOpacity: 1,
    });
    if (!site.parts.length) return [bound(mark, site)];
    const outline = { color: colour("plan"), weight: 2, fillColor: colour("plan"), fillOpacity: 0.25 };
    return [bound(L.polygon(unpack(site.parts, steps), outline), site), bound(mark, site)];
  }

  herbgis.plan = (data) => {
    const layer = L.layerGroup(data.sites.flatMap((site) => drawn(site, data.steps)));
    layer.hgPlan = data;
    return layer;
  };
  herbgis.rejected = herbgis.plan;
})(window.herbgis);
