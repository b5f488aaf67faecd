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

    let mut budget = Budget { text: 40, ..Budget::default() };
    let mut grid = Grid::new(&mut budget, "S".into(), false).unwrap();
    grid.set(1, 0, text_cell("  abc ")).unwrap();
    assert!(grid.set(1, 1, text_cell("abcdef")).unwrap_err().to_string().contains("text"));
}

#[test]
fn a_text_is_kept_up_to_one_character_more_than_a_cell_may_have() {
    let Cell::Text(kept) = text_cell(&format!(" {}", "村".repeat(600))) else {
        panic!("a text");
    };
    assert_eq!(kept.chars().count(), CHARACTERS_KEPT);
    assert_eq!(text_cell(" \u{3000}\u{a0}\n"), Cell::Empty);
}
