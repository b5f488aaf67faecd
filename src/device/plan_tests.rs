//! Plans, compared with all other possible plans.

use super::*;
use crate::device::PointType;
use proptest::prelude::*;

fn point(function: Function, address: u16, point_type: PointType) -> Point {
    let text = "parameter = 'flow'\nfunction = 3\naddress = 0\ntype = 'u16'\nunit = 'm3/h'";
    Point { function, address, point_type, ..toml::from_str(text).unwrap() }
}

/// Terms under which `gap_max` registers cost just less than a request.
fn terms(gap_max: u16) -> Terms {
    Terms {
        registers_max: 125,
        holes: Vec::new(),
        seams: Vec::new(),
        wrong: Vec::new(),
        in_parts: false,
        costs: Costs { request_us: f64::from(gap_max) + 0.5, register_us: 1.0 },
    }
}

fn asked(points: &[Point], terms: &Terms) -> Vec<(Function, u16, u16)> {
    let refs: Vec<&Point> = points.iter().collect();
    let planned = plan(&refs, terms);
    let request = |p: &Planned| (p.request.function, p.request.address, p.request.count);
    planned.iter().map(request).collect()
}

#[test]
fn a_gap_is_bridged_where_it_costs_less_than_a_request() {
    use Function::{Coils, Holding, Input};
    let points = [
        point(Holding, 8, PointType::I32),
        point(Holding, 0, PointType::F32),
        point(Input, 0, PointType::U16),
        point(Holding, 40, PointType::U16),
        point(Coils, 3, PointType::U16),
        point(Coils, 100, PointType::U16),
    ];
    let apart = [(Coils, 3, 98), (Holding, 0, 10), (Holding, 40, 1), (Input, 0, 1)];
    assert_eq!(asked(&points, &terms(6)), apart);
    let all = asked(&points, &terms(5));
    assert_eq!(all[..3], [(Coils, 3, 1), (Coils, 100, 1), (Holding, 0, 2)]);
    assert_eq!(all.len(), 6);
    assert!(plan(&[], &terms(5)).is_empty());
}

#[test]
fn what_is_answered_wrongly_together_is_read_part_by_part() {
    use Function::Holding;
    let points = [
        point(Holding, 0, PointType::U16),
        point(Holding, 2, PointType::U32),
        point(Holding, 2, PointType::U16),
        point(Holding, 4, PointType::U64),
    ];
    let run = |first, last| Run { function: Holding, first, last };
    let of = |terms: &Terms| {
        let planned = plan(&points.iter().collect::<Vec<_>>(), terms);
        let one = |p: &Planned| (p.request.address, p.request.count, p.in_parts_of);
        planned.iter().map(one).collect::<Vec<_>>()
    };
    let together = terms(5);
    assert_eq!(of(&together), [(0, 8, None)]);
    let apart = Terms { wrong: vec![run(0, 7)], ..together.clone() };
    assert_eq!(of(&apart), [(0, 1, None), (2, 2, None), (2, 1, None), (4, 4, None)]);
    let wide = Terms { wrong: vec![run(0, 7), run(2, 3)], ..together.clone() };
    assert_eq!(of(&wide)[1], (2, 2, Some(1)));
    let few = Terms { registers_max: 2, in_parts: true, ..together };
    assert_eq!(of(&few), [(0, 1, None), (2, 2, None), (4, 4, Some(2))]);
}

/// Filling requests from the left would ask for 0 to 124 and 200, and pay for the wide gap.
#[test]
fn the_limit_is_met_where_it_costs_least() {
    let runs = [(0, 1), (60, 61), (119, 120), (130, 190)];
    let points: Vec<Point> = runs
        .iter()
        .flat_map(|(first, after)| *first..*after)
        .map(|address| point(Function::Holding, address, PointType::U16))
        .collect();
    let planned = asked(&points, &terms(100));
    assert_eq!(planned, [(Function::Holding, 0, 61), (Function::Holding, 119, 71)]);
}

#[test]
fn holes_and_seams_part_what_would_be_read_together() {
    use Function::Holding;
    let points: Vec<Point> =
        [0, 1, 4, 5, 9].map(|address| point(Holding, address, PointType::U16)).into();
    let run = |first, last| Run { function: Holding, first, last };
    let mut terms = terms(20);
    terms.holes = vec![run(2, 2), run(9, 9)];
    assert_eq!(asked(&points, &terms), [(Holding, 0, 2), (Holding, 4, 2)]);
    terms.seams = vec![run(4, 5)];
    let three = [(Holding, 0, 2), (Holding, 4, 1), (Holding, 5, 1)];
    assert_eq!(asked(&points, &terms), three);
    terms.holes.clear();
    let healed = [(Holding, 0, 5), (Holding, 5, 5)];
    assert_eq!(asked(&points, &terms), healed);
}

fn any_point(to: u16) -> impl Strategy<Value = Point> {
    use PointType::*;
    (
        prop::sample::select(vec![Function::Holding, Function::Input, Function::Coils]),
        prop_oneof![9 => 0u16..to, 1 => 65_000u16..=65_532],
        prop::sample::select(vec![U16, I16, U32, I32, U64, I64, F32, F64]),
    )
        .prop_map(|(function, address, point_type)| point(function, address, point_type))
}

fn any_run(to: u16) -> impl Strategy<Value = Run> {
    let function = prop::sample::select(vec![Function::Holding, Function::Input]);
    (function, 0..to, 0u16..4).prop_map(|(function, first, more)| Run {
        function,
        first,
        last: first + more,
    })
}

fn any_terms(to: u16) -> impl Strategy<Value = Terms> {
    let runs = || prop::collection::vec(any_run(to), 0..4);
    (4u16..200, runs(), runs(), 0.1f64..30.0).prop_map(
        |(registers_max, holes, seams, request_us)| {
            let costs = Costs { request_us, register_us: 1.0 };
            Terms { registers_max, holes, seams, wrong: Vec::new(), in_parts: false, costs }
        },
    )
}

fn allowed(run: Run, terms: &Terms) -> bool {
    let limit = if run.function.bits() { 2000 } else { terms.registers_max.min(125) };
    run.last - run.first < limit
        && terms.holes.iter().all(|hole| !hole.touches(&run))
        && terms.seams.iter().all(|seam| !run.holds(seam))
}

/// The cost of reading `group` with one request; infinite where not allowed. A single part may always be read.
fn together(group: &[Run], terms: &Terms) -> f64 {
    let first = group.iter().map(|run| run.first).min().unwrap();
    let last = group.iter().map(|run| run.last).max().unwrap();
    let function = group[0].function;
    let run = Run { function, first, last };
    let request = Request { function, address: first, count: last - first + 1 };
    if group.contains(&run) || allowed(run, terms) {
        terms.costs.of(request)
    } else {
        f64::INFINITY
    }
}

/// The least cost of reading `runs`, whichever are read together.
fn least(runs: &[Run], groups: &mut Vec<Vec<Run>>, terms: &Terms) -> f64 {
    let Some((run, rest)) = runs.split_first() else {
        return groups.iter().map(|group| together(group, terms)).sum();
    };
    groups.push(vec![*run]);
    let mut best = least(rest, groups, terms);
    groups.pop();
    for index in 0..groups.len() {
        if groups[index][0].function == run.function {
            groups[index].push(*run);
            best = best.min(least(rest, groups, terms));
            groups[index].pop();
        }
    }
    best
}

proptest! {
    #[test]
    fn no_other_plan_takes_less_time(
        points in prop::collection::vec(any_point(40), 0..7),
        terms in any_terms(44),
    ) {
        let refs: Vec<&Point> = points.iter().collect();
        let cost: f64 = plan(&refs, &terms).iter().map(|p| terms.costs.of(p.request)).sum();
        let runs: Vec<Run> = points
            .iter()
            .map(|point| Run::from(point.parts()[0]))
            .filter(|run| terms.holes.iter().all(|hole| !hole.touches(run)))
            .collect();
        let least = least(&runs, &mut Vec::new(), &terms);
        prop_assert!((cost - least).abs() < 1e-6, "{} instead of {}", cost, least);
    }

    #[test]
    fn each_part_is_read_exactly_once_unless_it_lies_in_a_hole(
        points in prop::collection::vec(any_point(400), 0..40),
        terms in any_terms(400),
    ) {
        let refs: Vec<&Point> = points.iter().collect();
        let mut seen = vec![0; points.len()];
        for block in plan(&refs, &terms) {
            let request = Run::from(block.request);
            let alone = points.iter().any(|point| Run::from(point.parts()[0]) == request);
            prop_assert!(alone || allowed(request, &terms), "{:?}", block);
            for slot in &block.slots {
                let point = &points[slot.point];
                seen[slot.point] += 1;
                prop_assert_eq!(point.function, block.request.function);
                prop_assert_eq!(usize::from(block.request.address) + slot.offset, usize::from(point.address));
                prop_assert_eq!(slot.count, usize::from(point.point_type.registers()));
                let answer = vec![0; usize::from(block.request.count)];
                prop_assert!(slot.words(&answer).is_some());
            }
        }
        for (point, seen) in points.iter().zip(seen) {
            let run = Run::from(point.parts()[0]);
            let hole = terms.holes.iter().any(|hole| hole.touches(&run));
            prop_assert_eq!(seen, usize::from(!hole));
        }
    }
}
