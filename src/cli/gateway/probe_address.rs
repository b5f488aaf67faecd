//! The address of a probe, as a technician has it: on the wire, or as the number that a manual prints.

use super::numbers::of_reference;
use crate::device::Function;
use crate::locales::{Text, commissioning as said};

/// An address as it was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    text: String,
    /// On the wire, unless it is the number of a register; `None` where it can only be such a number.
    wire: Option<u16>,
    /// What it is as the number of a register.
    reference: Option<(Function, u16)>,
}

/// Reads 8192, 0x2000, 2000H, 40013, 400013 and 4x0013.
pub fn address(text: &str) -> Result<Named, String> {
    let prefixed = text.strip_prefix("0x").or(text.strip_prefix("0X"));
    let wire = match prefixed.or(text.strip_suffix('H')).or(text.strip_suffix('h')) {
        Some(digits) => u16::from_str_radix(digits, 16),
        None => text.parse(),
    };
    let tabled = prefixed.is_none().then(|| text.replacen(['x', 'X'], "", 1));
    let (wire, reference) = (wire.ok(), tabled.as_deref().and_then(of_reference));
    if wire.is_none() && reference.is_none() {
        return Err(said::address_forms().into());
    }
    Ok(Named { text: text.to_owned(), wire, reference })
}

/// What is asked for, and what is said about how it was understood.
#[derive(Debug, PartialEq)]
pub struct Understood {
    pub function: Function,
    /// On the wire.
    pub address: u16,
    pub note: Option<Text>,
}

impl Named {
    /// The function and the address on the wire; `function` is the one that was given.
    ///
    /// # Errors
    ///
    /// The number belongs to another function's table.
    pub fn understood(&self, function: Option<Function>) -> Result<Understood, Text> {
        let Some((own, address)) = self.reference else {
            let address = self.wire.ok_or_else(said::address_forms)?;
            return Ok(Understood {
                function: function.unwrap_or(Function::Holding),
                address,
                note: None,
            });
        };
        let hex = self.wire.map_or("—".to_owned(), |wire| format!("0x{wire:04X}"));
        match function {
            Some(given) if given != own => Err(said::reference_contradicts(
                &*self.text,
                table(own),
                address,
                u8::from(own),
                u8::from(given),
                hex,
            )),
            _ => Ok(Understood {
                function: own,
                address,
                note: Some(match self.wire {
                    Some(_) => said::understood_reference(
                        &*self.text,
                        table(own),
                        address,
                        u8::from(own),
                        hex,
                    ),
                    None => {
                        said::understood_number(&*self.text, table(own), address, u8::from(own))
                    }
                }),
            }),
        }
    }
}

/// What the registers of a function are called.
fn table(function: Function) -> Text {
    match function {
        Function::Coils => said::table_coils(),
        Function::DiscreteInputs => said::table_discrete_inputs(),
        Function::Holding => said::table_holding(),
        Function::Input => said::table_input(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, function: Option<Function>) -> Result<(Function, u16, String), String> {
        let understood = address(text)?.understood(function).map_err(String::from)?;
        let note = understood.note.map(|note| note.to_string()).unwrap_or_default();
        Ok((understood.function, understood.address, note))
    }

    #[test]
    fn plain_addresses_are_those_on_the_wire() {
        for (text, wire) in
            [("8192", 8192), ("0x2000", 8192), ("2000H", 8192), ("0", 0), ("65535", 65_535)]
        {
            assert_eq!(of(text, None), Ok((Function::Holding, wire, String::new())));
        }
        let hex = of("0x9C4D", Some(Function::Input));
        assert_eq!(hex, Ok((Function::Input, 40_013, String::new())));
        for bad in ["65536", "40001h", "", "-1", "500013"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_of_registers_are_understood_and_said() {
        let (function, address, note) = of("40013", None).unwrap();
        assert_eq!((function, address), (Function::Holding, 12));
        assert!(note.starts_with("40013 is holding register 12 on the wire"), "{note}");
        assert!(note.contains("0x9C4D"), "{note}");
        assert_eq!(of("30013", Some(Function::Input)).unwrap().1, 12);
        assert_eq!(of("400013", None).unwrap().1, 12);
        assert_eq!(of("4x0013", None).unwrap().1, 12);
        assert_eq!(of("10001", None).unwrap().0, Function::DiscreteInputs);
        let refused = of("30013", Some(Function::Holding)).unwrap_err();
        assert!(refused.contains("function 4") && refused.contains("0x753D"), "{refused}");
    }
}
