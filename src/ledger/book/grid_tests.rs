//! Tests of rows while they are read.

use super::*;

fn number(value: f64) -> Cell {
    Cell::Number(value)
}

#[test]
fn rows_come_in_order_whatever_the_order_of_the_cells() {
    let mut budget = Budget::default();
    let mut grid = Grid::new(&mut budget, "S".into(), false).unwrap();
    grid.set(3, 1, number(31.0)).unwrap();
    grid.set(1, 0, number(10.0)).unwrap();
    grid.set(3, 0, number(30.0)).unwrap();
    grid.set(2, 5, Cell::Empty).unwrap();
    grid.set(2, COLUMNS_MAX, number(1.0)).unwrap();
    let rows = grid.finish().unwrap().rows;
    let found: Vec<_> = rows.iter().map(|row| (row.number, row.cells.clone())).collect();
    assert_eq!(found, [(1, vec![number(10.0)]), (3, vec![number(30.0), number(31.0)])]);
}

#[test]
fn what_merged_cells_cover_is_empty() {
    let mut budget = Budget::default();
    let mut grid = Grid::new(&mut budget, "S".into(), false).unwrap();
    for row in 1..=3 {
        grid.set(row, 0, number(1.0)).unwrap();
    }
    grid.set(1, 1, number(2.0)).unwrap();
    grid.merge((1, 2), (0, 1)).unwrap();
    grid.merge((5, 5), (3, 3)).unwrap();
    let sheet = grid.finish().unwrap();
    assert_eq!(sheet.merged, [Merged { rows: (1, 2), columns: (0, 1) }]);
    let found: Vec<_> = sheet.rows.iter().map(|row| (row.number, row.cells.len())).collect();
    assert_eq!(found, [(1, 1), (3, 1)]);
}

#[test]
fn merged_cells_that_overlap_are_refused() {
    let mut budget = Budget::default();
    let mut grid = Grid::new(&mut budget, "S".into(), false).unwrap();
    grid.merge((1, 5), (0, 1)).unwrap();
    grid.merge((5, 6), (1, 2)).unwrap();
    let problem = grid.finish().unwrap_err();
    assert!(problem.to_string().contains("merged cells overlap"), "{problem}");
}

#[test]
fn cells_rows_and_text_are_counted_over_all_sheets() {
    let mut budget = Budget { cells: 10, ..Budget::default() };
    let mut grid = Grid::new(&mut budget, "S".into(), false).unwrap();
    grid.set(1, 7, number(1.0)).unwrap();
    assert!(grid.set(1, 10, number(1.0)).unwrap_err().to_string().contains("cells"));

    let mut budget = Budget { rows: 1, ..Budget::default() };
    let mut grid = Grid::new(&mut budget, "S".into(), false).unwrap();
    grid.set(1, 0, number(1.0)).unwrap();
    assert!(grid.set(2, 0, number(1.0)).unwrap_err().to_string().contains("row 2"));

    // A row with two cells, and the first text.
    let memory = ROW_COST + 2 * size_of::<Cell>() + 32;
    for (memory, fits) in [(memory + 32, true), (memory + 31, false), (memory, false)] {
        let mut budget = Budget { memory, ..Budget::default() };
        let mut grid = Grid::new(&mut budget, "S".into(), false).unwrap();
        grid.set(1, 1, text_cell("  abc ")).unwrap();
        let second = grid.set(1, 0, text_cell("abcdef"));
        assert_eq!(second.is_ok(), fits, "{memory}");
        assert!(second.err().is_none_or(|problem| problem.to_string().contains("text")));
    }
}

#[test]
fn what_texts_take_is_counted_as_malloc_gives_it() {
    assert_eq!([0, 1, 24, 25, 40, 41, 1503].map(allocated), [0, 32, 32, 48, 48, 64, 1520]);
}

#[test]
fn all_cells_with_short_texts_take_less_than_a_file_may() {
    let mut budget = Budget::default();
    let mut grid = Grid::new(&mut budget, "S".into(), false).unwrap();
    let filled = (1..=100_000).try_for_each(|row| {
        (0..16).try_for_each(|column| grid.set(row, column, text_cell("2022-09-11")))
    });
    assert_eq!(filled, Ok(()));
    let beyond = (100_001..).try_for_each(|row| {
        (0..16).try_for_each(|column| grid.set(row, column, text_cell(&"a".repeat(500))))
    });
    assert!(beyond.is_err());
    assert!(budget.memory < 16 << 20, "{}", budget.memory);
}

#[test]
fn cells_beyond_the_columns_that_are_read_are_passed_over_after_the_first() {
    let mut budget = Budget { cells: 4, ..Budget::default() };
    let mut grid = Grid::new(&mut budget, "S".into(), false).unwrap();
    assert_eq!(grid.passes(COLUMNS_MAX), Ok(false));
    grid.set(1, COLUMNS_MAX, Cell::Empty).unwrap();
    assert_eq!(grid.passes(COLUMNS_MAX + 1), Ok(false), "what came was empty");
    grid.set(7, COLUMNS_MAX + 1, number(1.0)).unwrap();
    assert_eq!(grid.passes(0), Ok(false));
    assert_eq!(grid.passes(COLUMNS_MAX), Ok(true));
    assert_eq!(grid.passes(COLUMNS_MAX), Ok(true));
    assert!(grid.passes(COLUMNS_MAX).is_err(), "each counts as a cell");
    let problems = grid.finish().unwrap().problems;
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert!(problem.to_string().contains("DZ7"), "{problem}");
}

#[test]
fn hidden_columns_are_those_of_all_descriptions_up_to_their_limit() {
    let mut budget = Budget { hidden: 4, ..Budget::default() };
    let mut grid = Grid::new(&mut budget, "S".into(), false).unwrap();
    for (first, last) in [(1, 2), (2, 4), (126, 16_000), (500, 400)] {
        grid.hide_columns(first, last).unwrap();
    }
    assert!(grid.hide_columns(0, 0).unwrap_err().to_string().contains("hides columns"));
    assert_eq!(grid.finish().unwrap().hidden_columns, [1, 2, 3, 4, 126, 127].into());
}

#[test]
fn a_text_is_kept_up_to_one_character_more_than_a_cell_may_have() {
    let Cell::Text(kept) = text_cell(&format!(" {}", "村".repeat(600))) else {
        panic!("a text");
    };
    assert_eq!(kept.chars().count(), CHARACTERS_KEPT);
    assert_eq!(text_cell(" \u{3000}\u{a0}\n"), Cell::Empty);
}
