/* A Modbus server of libmodbus for the integration tests: unit 1, holding register 4.
 *
 *     libmodbus_server VALUE tcp | TTY
 *
 * Over TCP it takes a free port of 127.0.0.1; on a serial port it serves RTU frames at 9600 8N1. It prints the port, 0 for a serial
 * one, and serves until it is ended. Build: cc libmodbus_server.c -I/usr/include/modbus -lmodbus */

#include <arpa/inet.h>
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    modbus_mapping_t *map = modbus_mapping_new(0, 0, 16, 0);
    modbus_t *context;
    int listener = -1, port = 0;

    if (argc != 3 || map == NULL)
        return 2;
    map->tab_registers[4] = (uint16_t) atoi(argv[1]);
    if (strcmp(argv[2], "tcp") == 0) {
        struct sockaddr_in address;
        socklen_t length = sizeof address;

        context = modbus_new_tcp("127.0.0.1", 0);
        listener = modbus_tcp_listen(context, 1);
        if (listener < 0 || getsockname(listener, (struct sockaddr *) &address, &length) < 0)
            return 1;
        port = ntohs(address.sin_port);
    } else {
        context = modbus_new_rtu(argv[2], 9600, 'N', 8, 1);
        modbus_set_slave(context, 1);
        if (modbus_connect(context) < 0)
            return 1;
    }
    printf("%d\n", port);
    fflush(stdout);
    for (;;) {
        int length;

        if (listener >= 0 && modbus_tcp_accept(context, &listener) < 0)
            return 1;
        do {
            length = modbus_receive(context, query);
            if (length > 0)
                modbus_reply(context, query, length, map);
        } while (length >= 0 || (listener < 0 && errno != EIO));
        modbus_close(context);
        if (listener < 0)
            return 1;
    }
}
