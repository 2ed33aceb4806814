from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import herbgis as hg
from herbgis.foundation.errors import PolicyError
from herbgis.geo.zones import GaussKruger
from herbgis.reading.understanding.placing import Placed, place_layer
from tests.helpers.make import (
    LAT,
    LON,
    MILLIMETRE_DEG,
    WHERE,
    assert_same_place,
    few,
    gauss_kruger,
    objects,
    project,
    rectangle,
    row_of,
    swapped,
    with_hole,
)

ZONES = range(25, 46)
#: A latitude at which China reaches into the zones of the west, and of the far east.
WEST_LAT, EAST_LAT = 38.0, 47.0
SIX_DEGREE_ZONES = range(13, 24)
CONTRADICTED = [
    pytest.param("EPSG:4490", "EPSG:4524", "EPSG:4524", id="metres as degrees"),
    pytest.param("EPSG:4326", "EPSG:4524", "EPSG:4524", id="metres as WGS84"),
    pytest.param("EPSG:4326", "EPSG:3857", "EPSG:3857", id="web metres as WGS84"),
    pytest.param("EPSG:4524", "EPSG:4490", "EPSG:4490", id="degrees as metres"),
    pytest.param("EPSG:4524", "EPSG:4545", "EPSG:4545", id="no zone in front"),
    pytest.param("EPSG:4545", "EPSG:4524", "EPSG:4524", id="a zone in front"),
    pytest.param("EPSG:4527", "EPSG:4524", "EPSG:4524", id="another zone"),
    pytest.param("EPSG:32649", "EPSG:4524", "EPSG:4524", id="a zone, called UTM"),
]


def _place(shapes: list[shapely.Geometry | None], crs: object) -> Placed:
    return place_layer(objects(shapes), None if crs is None else pyproj.CRS(crs), WHERE)


def _lat(lon: float) -> float:
    return WEST_LAT if lon < 120 else EAST_LAT


def _codes(placed: Placed) -> list[str]:
    return [issue.code for issue in placed.issues]


def _assert_in_place(placed: Placed, true: list[shapely.Geometry]) -> None:
    assert len(placed.geometry) == len(true)
    for found, shape in zip(placed.geometry, true, strict=True):
        assert_same_place(found, shape)
    assert list(placed.raw) == [None] * len(true)


def _assert_kept_as_wkt(placed: Placed, given: list[shapely.Geometry]) -> None:
    assert list(placed.geometry) == [None] * len(given)
    for wkt, shape in zip(placed.raw, given, strict=True):
        assert shapely.from_wkt(wkt).equals_exact(shape, 1e-8)


# What the layer states


@pytest.mark.parametrize("prefixed", [True, False])
@pytest.mark.parametrize("zone", ZONES)
def test_every_zone_is_placed(zone: int, prefixed: bool) -> None:
    lat = _lat(3 * zone)
    true = [rectangle(3 * zone + 0.5, lat), with_hole(3 * zone - 1, lat + 0.5)]
    in_metres = [project(s, gauss_kruger(zone, prefixed=prefixed)) for s in true]
    epsg = GaussKruger(zone, prefixed=prefixed).epsg
    placed = _place(in_metres, epsg)
    _assert_in_place(placed, true)
    assert placed.crs == f"EPSG:{epsg}"
    assert placed.issues == ()


@pytest.mark.parametrize("prefixed", [True, False])
@pytest.mark.parametrize("zone", SIX_DEGREE_ZONES)
def test_every_zone_of_six_degrees_is_placed(zone: int, prefixed: bool) -> None:
    lon = 6 * zone - 3
    true = [rectangle(lon + 0.5, _lat(lon)), with_hole(lon - 1, _lat(lon) + 0.5)]
    system = gauss_kruger(zone, width_deg=6, prefixed=prefixed)
    placed = _place([project(s, system) for s in true], GaussKruger(zone, prefixed=prefixed).epsg)
    _assert_in_place(placed, true)
    assert placed.issues == ()


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "OGC:CRS84"])
def test_degrees_are_left_to_the_bit(crs: str) -> None:
    true = row_of(3)
    placed = _place(list(true), crs)
    assert shapely.to_wkb(placed.geometry).tolist() == shapely.to_wkb(true).tolist()


def test_a_system_without_a_code_is_placed_by_its_definition() -> None:
    system = pyproj.CRS.from_proj4(
        "+proj=tmerc +lat_0=0 +lon_0=108.5 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +type=crs"
    )
    true = row_of(2)
    placed = _place([project(s, system) for s in true], system)
    _assert_in_place(placed, true)


@pytest.mark.parametrize(
    ("epsg", "lon", "lat"),
    [
        pytest.param(2193, 172.0, -43.5, id="NZGD2000"),
        pytest.param(25832, 9.5, 56.0, id="ETRS89"),
        pytest.param(4326, -45.9, -12.2, id="WGS84 in Brazil"),
        pytest.param(4269, -121.5, 38.5, id="NAD83"),
    ],
)
def test_land_abroad_is_left_where_it_is(epsg: int, lon: float, lat: float) -> None:
    true = row_of(2, lon=lon, lat=lat)
    placed = _place([project(s, epsg) for s in true], epsg)
    assert placed.issues == ()
    assert placed.crs == f"EPSG:{epsg}"
    assert list(placed.raw) == [None, None]
    for found, shape in zip(placed.geometry, true, strict=True):
        assert_same_place(found, shape, 2e-5)  # the datums differ by at most two metres


@few
@given(
    st.floats(107.5, 109.6),
    st.floats(27.1, 29.4),
    st.floats(1e-4, 0.02),
    st.sampled_from([35, 36, 37]),
    st.booleans(),
)
def test_a_place_survives_the_way_over_the_plane(
    lon: float, lat: float, width: float, zone: int, prefixed: bool
) -> None:
    true = with_hole(lon, lat, width=width, height=width / 2)
    in_metres = project(true, gauss_kruger(zone, prefixed=prefixed))
    placed = _place([in_metres], GaussKruger(zone, prefixed=prefixed).epsg)
    assert_same_place(placed.geometry[0], true, MILLIMETRE_DEG / 100)
    # A millimetre is what surveyors write; rounded to it, the place is still the same.
    rounded = shapely.transform(in_metres, lambda xy: np.round(xy, 3))
    placed = _place([rounded], GaussKruger(zone, prefixed=prefixed).epsg)
    assert_same_place(placed.geometry[0], true, MILLIMETRE_DEG)


# What the layer does not state


@pytest.mark.parametrize("turned", [False, True], ids=["east first", "north first"])
@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_in_front_of_the_eastings_tells_the_system(zone: int, turned: bool) -> None:
    true = row_of(2, lon=3 * zone + 0.5, lat=_lat(3 * zone))
    given_shapes = [project(s, gauss_kruger(zone)) for s in true]
    placed = _place([swapped(s) for s in given_shapes] if turned else given_shapes, None)
    _assert_in_place(placed, true)
    assert placed.crs == f"EPSG:{GaussKruger(zone, prefixed=True).epsg}"
    assert _codes(placed) == ["HG005"]
    assert placed.issues[0].place.row is None
    assert placed.crs in placed.assumptions[0]


@pytest.mark.parametrize("zone", SIX_DEGREE_ZONES)
def test_a_six_degree_zone_in_front_tells_the_system(zone: int) -> None:
    true = row_of(2, lon=6 * zone - 3 + 0.5, lat=_lat(6 * zone))
    placed = _place([project(s, gauss_kruger(zone, width_deg=6)) for s in true], None)
    _assert_in_place(placed, true)
    assert placed.crs == f"EPSG:{4491 + zone - 13}"
    assert _codes(placed) == ["HG005"]


@pytest.mark.parametrize("turned", [False, True], ids=["lonlat", "latlon"])
def test_degrees_within_china_are_taken_for_cgcs2000(turned: bool) -> None:
    true = row_of(2)
    placed = _place([swapped(s) for s in true] if turned else list(true), None)
    _assert_in_place(placed, true)
    assert _codes(placed) == ["HG005"]


def test_web_metres_are_known_by_their_size() -> None:
    true = row_of(2)
    placed = _place([project(s, 3857) for s in true], None)
    for found, shape in zip(placed.geometry, true, strict=True):
        assert_same_place(found, shape)
    assert (placed.crs, _codes(placed)) == ("EPSG:3857", ["HG005"])


@pytest.mark.parametrize("zone", ZONES)
def test_eastings_without_a_zone_fit_every_zone(zone: int) -> None:
    shapes = [project(rectangle(3 * zone + 0.5, 30), gauss_kruger(zone, prefixed=False))]
    placed = _place(list(shapes), None)
    assert _codes(placed) == ["HG004"]
    assert placed.crs == ""
    _assert_kept_as_wkt(placed, shapes)


@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param([shapely.box(0, 0, 5, 5)], id="a drawing's own units"),
        pytest.param([shapely.box(-46, -13, -45, -12)], id="degrees abroad"),
        pytest.param([rectangle(), shapely.box(5e8, 5e8, 6e8, 6e8)], id="two worlds"),
    ],
)
def test_what_fits_no_system_is_kept_as_it_is(shapes: list[shapely.Geometry]) -> None:
    placed = _place(list(shapes), None)
    assert _codes(placed) == ["HG004"]
    _assert_kept_as_wkt(placed, shapes)


# What the layer states and its coordinates contradict


@pytest.mark.parametrize(("stated", "real", "named"), CONTRADICTED)
def test_a_contradicted_system_is_named_and_the_fitting_one_used(
    stated: str, real: str, named: str
) -> None:
    true = row_of(3)
    placed = _place([project(s, real) for s in true], stated)
    for found, shape in zip(placed.geometry, true, strict=True):
        assert_same_place(found, shape)
    assert list(placed.raw) == [None] * 3
    assert placed.crs == named
    assert _codes(placed) == ["HG006"]
    assert dict(placed.issues[0].values) == {"stated": stated, "fitting": named}
    assert placed.issues[0].place == WHERE
    assert stated in placed.assumptions[0]
    assert named in placed.assumptions[0]


@pytest.mark.parametrize(
    ("crs", "fitting"),
    [("EPSG:4490", "EPSG:4490"), ("EPSG:4326", "EPSG:4490"), ("EPSG:4524", "EPSG:4524")],
)
def test_a_layer_of_swapped_axes_is_one_finding(crs: str, fitting: str) -> None:
    true = row_of(3)
    placed = _place([swapped(project(s, crs)) for s in true], crs)
    _assert_in_place(placed, true)
    assert _codes(placed) == ["HG006"]
    assert placed.issues[0].values["fitting"] == f"{fitting}, 两轴对调"


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4524"])
@pytest.mark.parametrize("odd", [0, 2, 4])
def test_one_swapped_record_among_many_waits_with_its_coordinates(crs: str, odd: int) -> None:
    true = row_of(5)
    shapes = [project(s, crs) for s in true]
    shapes[odd] = swapped(shapes[odd])
    placed = _place(list(shapes), crs)
    assert placed.issues == ()
    assert placed.crs == crs
    for row, shape in enumerate(true):
        if row == odd:
            assert placed.geometry[row] is None
            assert shapely.from_wkt(placed.raw[row]).equals_exact(shapes[row], 1e-8)
        else:
            assert placed.raw[row] is None
            assert_same_place(placed.geometry[row], shape)


#: Corners that no sound file holds, one of them put into a record among five.
ODD_CORNERS = [
    (np.nan, LAT),
    (LON, np.nan),
    (np.inf, LAT),
    (-np.inf, -np.inf),
    (1e308, 1e308),
    (-1e308, LAT),
    (0.0, LAT),
    (0.0, 0.0),
    (LAT, LON),
    (3.6e7, 3.1e6),
    (-LON, LAT),
    (1e-310, LAT),
]


@pytest.mark.parametrize("corner", ODD_CORNERS, ids=str)
@pytest.mark.parametrize(
    ("stated", "true", "code"),
    [
        pytest.param(None, "EPSG:4490", "HG005", id="degrees, unstated"),
        pytest.param(None, "EPSG:4524", "HG005", id="metres, unstated"),
        pytest.param("EPSG:4524", "EPSG:4490", "HG006", id="degrees, said to be metres"),
        pytest.param("EPSG:4490", "EPSG:4524", "HG006", id="metres, said to be degrees"),
    ],
)
def test_an_odd_record_does_not_hide_the_system_of_the_others(
    corner: tuple[float, float], stated: str | None, true: str, code: str
) -> None:
    shapes = [project(shape, true) for shape in row_of(5)]
    corners = shapely.get_coordinates(shapes[2])
    corners[1] = corner
    shapes[2] = shapely.set_coordinates(shapes[2], corners)
    placed = _place(shapes, stated)
    others = [0, 1, 3, 4]
    assert _codes(placed) == [code]
    for record in others:
        assert_same_place(placed.geometry[record], row_of(5)[record], 1e-8)
        assert placed.raw[record] is None
    assert (placed.geometry[2] is None) == (placed.raw[2] is not None)


def test_a_record_alone_in_its_layer_waits_too() -> None:
    shape = swapped(rectangle())
    placed = _place([shape], "EPSG:4490")
    assert placed.issues == ()
    _assert_kept_as_wkt(placed, [shape])


def test_metres_without_a_zone_under_degrees_wait_for_the_counties() -> None:
    shapes = [project(s, gauss_kruger(36, prefixed=False)) for s in row_of(3)]
    placed = _place(list(shapes), "EPSG:4326")
    assert placed.crs == "EPSG:4326"
    _assert_kept_as_wkt(placed, shapes)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4524"])
@pytest.mark.parametrize("ring", [0, 1], ids=["shell", "hole"])
@pytest.mark.parametrize("value", [5e8, 1e300, np.nan, np.inf], ids=str)
def test_one_vertex_off_the_earth_keeps_its_record_waiting(
    crs: str, ring: int, value: float
) -> None:
    # A box around a polygon sees neither its holes nor what is no number.
    true = [with_hole(), rectangle(LON + 0.01)]
    shapes = [project(s, crs) for s in true]
    rings = [shapely.get_coordinates(r) for r in shapely.get_rings(shapes[0])]
    rings[ring][2, 1] = value
    with np.errstate(invalid="ignore", over="ignore"):
        shapes[0] = shapely.Polygon(rings[0], rings[1:])
    placed = _place(list(shapes), crs)
    assert placed.geometry[0] is None
    assert placed.raw[0] is not None
    assert_same_place(placed.geometry[1], true[1])
    assert placed.issues == ()


@pytest.mark.parametrize(("epsg", "zone"), [(4513, 25), (4533, 45)])
def test_no_finding_names_the_stated_system_as_the_one_that_fits(epsg: int, zone: int) -> None:
    far_south = row_of(2, lon=3 * zone + 0.2, lat=24)
    placed = _place([project(s, gauss_kruger(zone)) for s in far_south], epsg)
    assert "HG006" not in _codes(placed)


# Datums that need parameters


@pytest.mark.parametrize(
    ("crs", "datum"),
    [
        ("EPSG:4214", "Beijing 1954"),
        ("EPSG:2415", "Beijing 1954"),
        ("EPSG:2436", "Beijing 1954"),
        ("EPSG:21418", "Beijing 1954"),
        ("EPSG:4610", "Xian 1980"),
        ("EPSG:2343", "Xian 1980"),
        ("EPSG:2364", "Xian 1980"),
        ("EPSG:4555", "New Beijing"),
        (pyproj.CRS(2415).to_wkt("WKT1_ESRI"), "Beijing 1954"),
        (pyproj.CRS(2364).to_wkt("WKT1_ESRI"), "Xian 1980"),
    ],
)
def test_an_old_datum_is_not_shifted_by_guess(crs: str, datum: str) -> None:
    shapes = [project(s, crs) for s in row_of(2)]
    placed = _place(list(shapes), crs)
    assert _codes(placed) == ["HG007"]
    assert placed.issues[0].values["datum"] == datum
    _assert_kept_as_wkt(placed, shapes)


@pytest.mark.parametrize(
    ("axis", "inverse_flattening", "datum"),
    [(6378245.0, 298.3, "Beijing 1954"), (6378140.0, 298.257, "Xian 1980")],
)
def test_an_old_datum_under_a_name_of_ones_own_is_known_by_its_ellipsoid(
    axis: float, inverse_flattening: float, datum: str
) -> None:
    system = pyproj.CRS.from_wkt(
        'PROJCS["36_zone",GEOGCS["local",DATUM["D_local",'
        f'SPHEROID["local",{axis},{inverse_flattening}]],'
        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
        'PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",36500000.0],'
        'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",108.0],'
        'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
    shapes = [project(s, system) for s in row_of(2)]
    placed = _place(list(shapes), system)
    assert _codes(placed) == ["HG007"]
    assert placed.issues[0].values["datum"] == datum
    _assert_kept_as_wkt(placed, shapes)


def test_an_old_datum_with_its_parameters_is_placed() -> None:
    shift = (15.8, -154.4, -82.3)
    bound = pyproj.CRS.from_wkt(
        'GEOGCS["Beijing 1954",DATUM["Beijing_1954",SPHEROID["Krassowsky 1940",6378245,298.3],'
        f"TOWGS84[{shift[0]},{shift[1]},{shift[2]},0,0,0,0]],"
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
    )
    # The same by hand: to metres from the earth's centre, shifted, and back.
    krassowsky = pyproj.CRS.from_proj4("+proj=geocent +a=6378245 +rf=298.3 +type=crs")
    geographic = pyproj.CRS.from_proj4("+proj=longlat +a=6378245 +rf=298.3 +type=crs")
    out = pyproj.Transformer.from_crs(geographic, krassowsky, always_xy=True)
    x, y, z = out.transform(LON, LAT, 0.0)
    back = pyproj.Transformer.from_crs("EPSG:4978", "EPSG:4979", always_xy=True)
    lon, lat, _ = back.transform(x + shift[0], y + shift[1], z + shift[2])
    placed = _place([rectangle(), rectangle(LON + 0.01)], bound)
    assert _codes(placed) == []
    corner = shapely.get_coordinates(placed.geometry[0]).min(axis=0)
    assert corner == pytest.approx([lon, lat], abs=1e-6)


# Z and M, and records without a shape


def _deep(shape: shapely.Geometry, *, m: bool = False) -> shapely.Geometry:
    if not m:
        return shapely.force_3d(shape, 612.5)
    ring = ", ".join(f"{x!r} {y!r} 7" for x, y in shapely.get_coordinates(shape).tolist())
    return shapely.from_wkt(f"POLYGON M (({ring}))")


@pytest.mark.parametrize("m", [False, True], ids=["z", "m"])
def test_z_of_all_records_is_one_note(m: bool) -> None:
    true = row_of(3)
    placed = _place([*(_deep(s, m=m) for s in true[:2]), None, _deep(true[2], m=m)], "EPSG:4490")
    assert [(i.code, i.place.row, i.values["count"]) for i in placed.issues] == [("HG110", None, 3)]
    assert not shapely.has_z(placed.geometry).any()
    assert not shapely.has_m(placed.geometry).any()
    assert placed.geometry[2] is None
    _assert_in_place(_place([g for g in placed.geometry if g], "EPSG:4490"), true)


@pytest.mark.parametrize("m", [False, True], ids=["z", "m"])
def test_z_of_some_records_is_a_note_a_record(m: bool) -> None:
    true = row_of(4)
    placed = _place([true[0], _deep(true[1], m=m), true[2], _deep(true[3], m=m)], "EPSG:4490")
    assert [(i.code, i.place.row) for i in placed.issues] == [("HG110", 2), ("HG110", 4)]
    assert not (shapely.has_z(placed.geometry) | shapely.has_m(placed.geometry)).any()
    _assert_in_place(placed, true)


def test_z_hides_no_other_finding() -> None:
    placed = _place([_deep(swapped(s)) for s in row_of(2)], "EPSG:4490")
    assert _codes(placed) == ["HG110", "HG006"]


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4524", None])
def test_records_without_a_shape_stay_where_they_are(crs: str | None) -> None:
    true = row_of(2)
    shapes = [project(s, crs or "EPSG:4490") for s in true]
    placed = _place([None, shapes[0], None, shapes[1]], crs)
    assert [g is None for g in placed.geometry] == [True, False, True, False]
    assert_same_place(placed.geometry[1], true[0])
    assert_same_place(placed.geometry[3], true[1])
    assert list(placed.raw) == [None] * 4


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4524", None])
def test_a_layer_without_shapes_has_no_finding_of_place(crs: str | None) -> None:
    placed = _place([None, None], crs)
    assert list(placed.geometry) == [None, None]
    assert list(placed.raw) == [None, None]
    assert placed.issues == ()


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4524", "EPSG:4214", None])
def test_a_layer_without_records_has_none_afterwards(crs: str | None) -> None:
    placed = _place([], crs)
    assert len(placed.geometry) == len(placed.raw) == 0
    assert not {"HG004", "HG005", "HG006", "HG110"} & set(_codes(placed))


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4524", None])
def test_an_empty_shape_is_no_shape_in_a_wrong_place(crs: str | None) -> None:
    # It is found as HG101; it neither leaves its layer's system nor makes it unknown.
    true = row_of(2)
    shapes = [project(s, crs or "EPSG:4490") for s in true]
    placed = _place([shapes[0], shapely.Polygon(), shapes[1]], crs)
    assert list(placed.raw) == [None] * 3
    assert placed.geometry[1] is None or placed.geometry[1].is_empty
    assert_same_place(placed.geometry[0], true[0])
    assert_same_place(placed.geometry[2], true[1])
    assert _codes(placed) == ([] if crs else ["HG005"])


@pytest.mark.parametrize("gap", [None, shapely.Polygon()], ids=["null", "empty"])
def test_a_record_without_a_shape_does_not_hide_that_the_layer_is_swapped(
    gap: shapely.Geometry | None,
) -> None:
    true = row_of(2)
    placed = _place([swapped(true[0]), gap, swapped(true[1])], "EPSG:4490")
    assert _codes(placed) == ["HG006"]
    assert_same_place(placed.geometry[0], true[0])
    assert_same_place(placed.geometry[2], true[1])


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4524", "EPSG:4214", None])
def test_the_layer_given_is_left_alone(crs: str | None) -> None:
    shapes = objects([_deep(rectangle()), None, swapped(rectangle())])
    before = shapely.to_wkb(shapes).tolist()
    place_layer(shapes, None if crs is None else pyproj.CRS(crs), WHERE)
    assert shapely.to_wkb(shapes).tolist() == before


# Seven parameters of the place


def _geocentric(lon: float, lat: float, a: float, f: float) -> np.ndarray:
    """Degrees at height zero to X, Y, Z in metres."""
    east, north = np.radians([lon, lat])
    e2 = f * (2 - f)
    n = a / np.sqrt(1 - e2 * np.sin(north) ** 2)
    across = n * np.cos(north)
    return np.array([across * np.cos(east), across * np.sin(east), n * (1 - e2) * np.sin(north)])


_PARAMETERS = """
extends = "tongren-2020"
[datum_parameters.{datum}]
dx_m = 15.0
dy_m = -150.0
dz_m = -90.0
rx_arcsec = 1.0
ry_arcsec = -2.0
rz_arcsec = 3.0
scale_ppm = 4.0
rotation = "{rotation}"
"""


@pytest.mark.parametrize("rotation", ["position_vector", "coordinate_frame"])
@pytest.mark.parametrize(
    ("title", "prefixed", "degrees", "a", "inverse_flattening"),
    [
        ("Beijing 1954", True, 4214, 6378245.0, 298.3),
        ("Xian 1980", False, 4610, 6378140.0, 298.257),
    ],
)
def test_old_datums_are_shifted_by_the_policys_parameters(
    tmp_path: Path,
    rotation: str,
    title: str,
    prefixed: bool,
    degrees: int,
    a: float,
    inverse_flattening: float,
) -> None:
    datum, system = title.lower().replace(" ", "_"), GaussKruger(36, prefixed, title)
    path = tmp_path / "本市.toml"
    path.write_text(_PARAMETERS.format(datum=datum, rotation=rotation), encoding="utf-8")
    policy = hg.load_policy(path)
    sign = 1 if rotation == "position_vector" else -1
    rx, ry, rz = sign * np.radians(np.array([1.0, -2.0, 3.0]) / 3600)
    turn = np.array([[1, -rz, ry], [rz, 1, -rx], [-ry, rx, 1]])
    moved = np.array([15.0, -150.0, -90.0]) + (1 + 4e-6) * turn @ _geocentric(
        LON, LAT, a, 1 / inverse_flattening
    )
    to_degrees = pyproj.Transformer.from_crs(4978, 4979, always_xy=True)
    lon, lat, _ = to_degrees.transform(*moved)

    there = pyproj.Transformer.from_crs(degrees, system.epsg, always_xy=True)
    point = shapely.Point(*there.transform(LON, LAT))
    stated = pyproj.CRS.from_epsg(system.epsg)
    placed = place_layer(objects([point]), stated, WHERE, policy.datum_parameters)
    assert shapely.distance(placed.geometry[0], shapely.Point(lon, lat)) < MILLIMETRE_DEG
    assert placed.issues == ()
    assert "七参数" in placed.assumptions[0]
    assert placed.crs == f"EPSG:{system.epsg}"


def test_a_rotation_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "本市.toml"
    path.write_text(_PARAMETERS.format(datum="xian_1980", rotation="布尔沙"), encoding="utf-8")
    with pytest.raises(PolicyError, match="position_vector"):
        hg.load_policy(path)
