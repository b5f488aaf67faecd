//! The hub's connection: messages of all gateways in, acknowledgements out.
//!
//! The broker keeps what comes while the hub is away (persistent session), and a message is acknowledged to it only after the
//! store has committed it.

use std::collections::VecDeque;

use rumqttc::{ClientError, Event, Packet, Publish, QoS};

use super::session::{self, Lost, Session};
use super::{MqttError, MqttSettings};
use crate::core::GatewayId;
use crate::wire::{Ack, Channel, Topic};

/// Messages that the broker may send ahead of our acknowledgements.
const INFLIGHT_MAX: u16 = 500;

/// A message as it came. It stays with the broker until it is handed back to [`Intake::accept`].
pub struct Message(Publish);

impl Message {
    /// Its topic.
    pub fn topic(&self) -> &str {
        &self.0.topic
    }

    /// Its payload.
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
    /// Connects as `client_id` and listens to all gateways. With `fresh`, what the broker kept for this client is thrown
    /// away first: the way past a message that cannot be taken. The gateways send again what is not acknowledged.
    ///
    /// With `share`, the broker gives each message of readings to one of the group of that name, and keeps nothing for one that is
    /// away: the others get it, or the gateway sends it again. What gateways say of themselves comes to each, since brokers keep
    /// nothing of it for a group.
    ///
    /// # Errors
    /// The settings or files are wrong, or the broker does not take the connection.
    pub async fn connect(
        settings: &MqttSettings,
        client_id: &str,
        share: Option<&str>,
        fresh: bool,
    ) -> Result<Self, MqttError> {
        if client_id.is_empty() {
            return Err(MqttError::Settings(
                "client_id is empty: a persistent session needs a name".into(),
            ));
        }
        let mut options = session::options(settings, client_id)?;
        options.warn_of_anothers_certificate(client_id);
        if fresh {
            options.set_clean_session(true);
            drop(Session::connect(options.clone()).await?);
        }
        options.set_clean_session(share.is_some());
        options.set_manual_acks(true);
        options.set_inflight(INFLIGHT_MAX);
        let mut session = Session::connect(options).await?;
        for channel in [Channel::Birth, Channel::Status, Channel::Readings] {
            // Also where the broker kept the session: it may have been restored from an older copy without the subscription.
            let filter = match share.filter(|_| channel == Channel::Readings) {
                Some(group) => format!("$share/{group}/{}", channel.filter()),
                None => channel.filter().to_string(),
            };
            let subscribed = session.client.try_subscribe(filter, QoS::AtLeastOnce);
            subscribed.map_err(|e| session.refused(e))?;
        }
        Ok(Self { session, waiting: VecDeque::new(), lost: None })
    }

    /// The next message. Cancel safe.
    ///
    /// # Errors
    /// The connection is gone; what was not accepted comes again over the next one.
    pub async fn next(&mut self) -> Result<Message, MqttError> {
        loop {
            if let Some(publish) = self.waiting.pop_front() {
                return Ok(Message(publish));
            }
            if let Some(problem) = self.lost.take() {
                return Err(self.session.lost(problem));
            }
            let event = self.session.next().await;
            self.take(event);
        }
    }

    /// The next message, if one is there.
    pub fn try_next(&mut self) -> Option<Message> {
        while self.waiting.is_empty() {
            let event = self.session.try_next()?;
            self.take(event);
            if self.lost.is_some() {
                return None;
            }
        }
        self.waiting.pop_front().map(Message)
    }

    fn take(&mut self, event: Result<Event, Lost>) {
        match event {
            Ok(Event::Incoming(Packet::Publish(publish))) => self.waiting.push_back(publish),
            Ok(Event::Incoming(Packet::SubAck(answer))) => {
                self.lost = self.lost.take().or(session::refused(&answer));
            }
            Ok(_) => {}
            Err(problem) => self.lost = Some(problem),
        }
    }

    /// Tells the broker that these are ours now: call it only after they are committed.
    ///
    /// # Errors
    /// The connection is gone.
    pub async fn accept(&mut self, messages: Vec<Message>) -> Result<(), MqttError> {
        for Message(publish) in messages {
            let client = self.session.client.clone();
            self.while_receiving(client.ack(&publish)).await?;
        }
        Ok(())
    }

    /// Tells a gateway what has been committed.
    ///
    /// # Errors
    /// The connection is gone; the gateway will send again, and be told again.
    pub async fn acknowledge(&mut self, gateway: &GatewayId, ack: &Ack) -> Result<(), MqttError> {
        let topic = Topic::new(gateway.clone(), Channel::Ack).to_string();
        let client = self.session.client.clone();
        self.while_receiving(client.publish(topic, QoS::AtLeastOnce, false, ack.to_bytes())).await
    }

    /// Hands something to the event loop while taking what it delivers: neither then waits for the other.
    async fn while_receiving<F>(&mut self, request: F) -> Result<(), MqttError>
    where
        F: Future<Output = Result<(), ClientError>>,
    {
        tokio::pin!(request);
        loop {
            if let Some(problem) = &self.lost {
                return Err(self.session.lost(problem.clone()));
            }
            tokio::select! {
                biased;
                done = &mut request => return done.map_err(|e| self.session.refused(e)),
                event = self.session.next() => self.take(event),
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
    async fn a_refused_subscription_is_told() {
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
