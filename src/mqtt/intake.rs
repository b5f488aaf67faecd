//! The hub's connection: messages of all gateways in, acknowledgements out.
//!
//! The broker keeps messages while the hub is offline (persistent session). A message is confirmed to the broker only
//! after the store has committed it.

use std::collections::VecDeque;

use rumqttc::{ClientError, Event, Packet, Publish, QoS};

use super::session::{self, Lost, Session};
use super::{MqttError, MqttSettings};
use crate::core::GatewayId;
use crate::locales::mqtt as words;
use crate::wire::{Ack, Channel, Topic};

/// Messages that the broker may send ahead of our acknowledgements.
const INFLIGHT_MAX: u16 = 500;

/// A message as received. The broker keeps it until it is handed back to [`Intake::accept`].
pub struct Message(Publish);

impl Message {
    pub fn topic(&self) -> &str {
        &self.0.topic
    }

    /// Its content, compressed or not.
    pub fn payload(&self) -> &[u8] {
        &self.0.payload
    }
}

/// A live connection of the hub.
pub struct Intake {
    session: Session,
    waiting: VecDeque<Publish>,
    lost: Option<Lost>,
}

impl Intake {
    /// Connects as `client_id` and subscribes to all gateways. With `fresh`, the broker first drops what it kept for
    /// this client, to get rid of a message that cannot be received. Gateways send again what is not acknowledged.
    ///
    /// With `share`, the broker gives each message of readings to one member of the group of that name. It keeps
    /// nothing for a member that is offline: the others get it, or the gateway sends it again. Birth and status go to
    /// every member, since brokers do not give retained messages to a group.
    pub async fn connect(
        settings: &MqttSettings,
        client_id: &str,
        share: Option<&str>,
        fresh: bool,
    ) -> Result<Self, MqttError> {
        if client_id.is_empty() {
            return Err(MqttError::Settings(words::client_id_empty()));
        }
        let mut options = session::options(settings, client_id, client_id)?;
        if fresh {
            options.mqtt.set_clean_session(true);
            drop(Session::connect(options.clone()).await?);
        }
        options.mqtt.set_clean_session(share.is_some());
        options.mqtt.set_manual_acks(true);
        options.mqtt.set_inflight(INFLIGHT_MAX);
        let mut session = Session::connect(options).await?;
        for channel in [Channel::Birth, Channel::Status, Channel::Readings] {
            // Even if the broker kept the session: it may have been restored from a backup without the subscription.
            let filter = match share.filter(|_| channel == Channel::Readings) {
                Some(group) => format!("$share/{group}/{}", channel.filter()),
                None => channel.filter(),
            };
            let subscribed = session.client.try_subscribe(filter, QoS::AtLeastOnce);
            subscribed.map_err(|_| session.refused())?;
        }
        Ok(Self { session, waiting: VecDeque::new(), lost: None })
    }

    /// The next message. Cancel safe.
    ///
    /// # Errors
    /// The connection has ended; what was not accepted comes again over the next one.
    pub async fn next(&mut self) -> Result<Message, MqttError> {
        loop {
            if let Some(publish) = self.waiting.pop_front() {
                return Ok(Message(publish));
            }
            if let Some(problem) = self.lost.take() {
                return Err(self.session.lost(problem));
            }
            let event = self.session.next().await;
            self.handle(event);
        }
    }

    /// The next message, if one has arrived.
    pub fn try_next(&mut self) -> Option<Message> {
        while self.waiting.is_empty() {
            let event = self.session.try_next()?;
            self.handle(event);
            if self.lost.is_some() {
                return None;
            }
        }
        self.waiting.pop_front().map(Message)
    }

    fn handle(&mut self, event: Result<Event, Lost>) {
        match event {
            Ok(Event::Incoming(Packet::Publish(publish))) => self.waiting.push_back(publish),
            Ok(Event::Incoming(Packet::SubAck(answer))) => {
                self.lost = self.lost.take().or(session::refused(&answer));
            }
            Ok(_) => {}
            Err(problem) => self.lost = Some(problem),
        }
    }

    /// Confirms messages to the broker. Call it only after they are committed.
    pub async fn accept(&mut self, messages: Vec<Message>) -> Result<(), MqttError> {
        for Message(publish) in messages {
            let client = self.session.client.clone();
            self.while_receiving(client.ack(&publish)).await?;
        }
        Ok(())
    }

    /// Tells a gateway what has been committed. If that fails, the gateway sends again and gets another answer.
    pub async fn acknowledge(&mut self, gateway: &GatewayId, ack: &Ack) -> Result<(), MqttError> {
        let topic = Topic::new(gateway.clone(), Channel::Ack).to_string();
        let client = self.session.client.clone();
        self.while_receiving(client.publish(topic, QoS::AtLeastOnce, false, ack.to_bytes())).await
    }

    /// Hands a request to the event loop while receiving what it delivers, so that neither waits for the other.
    async fn while_receiving(
        &mut self,
        request: impl Future<Output = Result<(), ClientError>>,
    ) -> Result<(), MqttError> {
        tokio::pin!(request);
        loop {
            if let Some(problem) = &self.lost {
                return Err(self.session.lost(problem.clone()));
            }
            tokio::select! {
                biased;
                done = &mut request => return done.map_err(|_| self.session.refused()),
                event = self.session.next() => self.handle(event),
            }
        }
    }

    /// Ends the connection; the broker keeps the session.
    pub async fn close(self) {
        self.session.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn a_refused_subscription_is_reported() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let broker = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 512];
            assert!(stream.read(&mut asked).await.unwrap() > 0);
            stream.write_all(&[0x20, 2, 0, 0]).await.unwrap();
            assert!(stream.read(&mut asked).await.unwrap() > 0);
            stream.write_all(&[0x90, 3, 0, 1, 0x80]).await.unwrap();
            while stream.read(&mut asked).await.is_ok_and(|n| n > 0) {}
        });
        let settings = MqttSettings::at(format!("mqtt://127.0.0.1:{port}"));
        let mut intake = Intake::connect(&settings, "hub", None, false).await.unwrap();
        let error = intake.next().await.err().unwrap().to_string();
        assert!(error.contains("refuses the subscription"), "{error}");
        drop(intake);
        broker.await.unwrap();
    }
}
