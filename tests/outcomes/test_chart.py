import pytest
from django.template.loader import render_to_string

from outcomes.chart import HEIGHT, MOST_YEARS, WIDTH, by_year


def test_actions_stand_on_takeaways_and_empty_years_keep_their_place():
    chart = by_year({"2020": {"takeaway": 3, "action": 1}, "2022": {"takeaway": 2}})

    step = WIDTH / 3
    assert [(bar.kind, bar.y, bar.height) for bar in chart.bars] == [
        ("takeaway", HEIGHT * 0.25, HEIGHT * 0.75),
        ("action", 0, HEIGHT * 0.25),
        ("takeaway", HEIGHT * 0.5, HEIGHT * 0.5),
    ]
    assert [int(bar.x // step) for bar in chart.bars] == [0, 0, 2]
    assert (chart.first, chart.last, chart.peak, chart.peak_year) == (2020, 2022, 4, 2020)
    assert chart.rows == [("2022", 2, 0), ("2020", 3, 1)]


@pytest.mark.parametrize("numbers", [{}, {"": {"takeaway": 5}}, {"2020": {"takeaway": 5}}, {"2020": {}, "2021": {}}])
def test_fewer_than_two_years_make_no_chart(numbers):
    assert by_year(numbers) is None


def test_undated_dialogues_stand_in_the_table_alone():
    chart = by_year({"2020": {"takeaway": 1}, "2021": {"action": 1}, "": {"takeaway": 4}})

    assert chart.without_year == (4, 0)
    assert chart.peak == 1
    assert len(chart.bars) == 2


def test_columns_stay_inside_the_drawing_and_few_enough_to_tell_apart():
    chart = by_year({str(year): {"takeaway": year % 7, "action": year % 3} for year in range(1900, 2027)})

    assert chart.first == chart.last - MOST_YEARS + 1
    assert len(chart.rows) > MOST_YEARS
    for bar in chart.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH
        assert bar.y >= -0.02
        assert bar.y + bar.height <= HEIGHT + 0.02


def test_chart_has_words_for_everything_it_draws():
    chart = by_year({"2020": {"takeaway": 1234}, "2021": {"action": 1}, "": {"action": 9}})

    body = render_to_string("components/chart.html", {"chart": chart, "id": "years"})

    assert '<svg class="chart__drawing"' in body
    assert 'aria-labelledby="years-title years-desc"' in body
    assert "Columns from 2020 to 2021. The highest is 2020, with 1234." in body
    assert body.count("<rect ") == 2
    assert '<th scope="row">2021</th><td>0</td><td>1</td>' in body
    assert '<th scope="row">No date</th><td>0</td><td>9</td>' in body
    assert "style=" not in body
